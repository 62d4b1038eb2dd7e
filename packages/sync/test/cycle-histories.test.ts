import { sameTree } from '@ratchet/sync-core/tree';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edit, looks, opened, step, take, writing } from './memory/history-steps.ts';

const runs = (n: number) => ({ numRuns: n * Number(process.env.RATCHET_PROPERTY_RUNS ?? 1) });

describe('histories of everything that happens to a repository', () => {
  it('lose no value, come to rest with both sides equal, and then do nothing (1, 2, 3)', async () => {
    await fc.assert(
      fc.asyncProperty(writing, looks, fc.array(step, { maxLength: 16 }), async (kind, looks, steps) => {
        const workshop = await opened(kind, looks);
        for (const each of steps) {
          await take(workshop, each, looks);
          workshop.checkKept();
        }
        await workshop.settle();
        workshop.checkKept();
        await workshop.checkSettled();
      }),
      runs(400),
    );
  }, 900_000);

  it('delete on a side only what the other side left as both had agreed (4)', async () => {
    const cycle = fc.record({
      kind: fc.constant('cycle' as const),
      cycle: fc.constantFrom('pull' as const, 'push' as const),
    });
    const quiet = fc.oneof({ weight: 3, arbitrary: edit }, { weight: 1, arbitrary: cycle });
    await fc.assert(
      fc.asyncProperty(writing, looks, fc.array(quiet, { maxLength: 16 }), async (kind, looks, steps) => {
        const workshop = await opened(kind, looks);
        for (const each of steps) await take(workshop, each, looks);
        await workshop.settle();
        expect(workshop.wrongRemovals).toEqual([]);
        for (const { local, base } of workshop.replica.deleted)
          expect(base !== null && sameTree(local, base)).toBe(true);
      }),
      runs(200),
    );
  }, 900_000);

  it.each(['take_local', 'take_remote', 'merge'] as const)(
    'with the policy %s leave no conflict, and the loser is in history',
    async (policy) => {
      await fc.assert(
        fc.asyncProperty(writing, looks, fc.array(step, { maxLength: 12 }), async (kind, looks, steps) => {
          const workshop = await opened(kind, looks, policy);
          for (const each of steps) {
            await take(workshop, each, looks);
            workshop.checkRemembered();
          }
          await workshop.settle();
          workshop.checkRemembered();
          await workshop.checkSettled();
          expect([...workshop.replica.conflicts.keys()]).toEqual([]);
        }),
        runs(40),
      );
    },
    900_000,
  );
});
