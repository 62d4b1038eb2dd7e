import type { Settlement } from '@ratchet/sync-core/reconciliation';
import type { Tree } from '@ratchet/sync-core/tree';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planCycle } from '../src/cycle.ts';
import type { Files } from './memory/file-remote.ts';
import {
  change,
  type Edit,
  edit,
  fresh,
  type Look,
  looks,
  opened,
  places,
  plainEdit,
  writing,
} from './memory/history-steps.ts';
import { Workshop } from './memory/workshop.ts';

const runs = (n: number) => ({ numRuns: n * Number(process.env.RATCHET_PROPERTY_RUNS ?? 1) });

/** Edits that both sides can make: documents stay where they are and can be read. */
const mirrorable = fc.oneof(
  { weight: 5, arbitrary: plainEdit },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('delete' as const, 'add' as const),
      side: fc.constantFrom('here' as const, 'there' as const),
      doc: fc.nat({ max: 6 }),
      slot: fc.constant(0),
    }),
  },
);
const mirrored = (edit: Edit): Edit => ({ ...edit, side: edit.side === 'here' ? 'there' : 'here' }) as Edit;

/** What a merge holds, whatever order it put it in. */
function inAnyOrder(files: Files): [string, string, string[]][] {
  return [...files]
    .map(([name, { bytes, mode }]): [string, string, string[]] => {
      // A YAML text keeps the quotes of the side it was written on.
      const text = Buffer.from(bytes).toString('latin1').replaceAll('"', '');
      return [
        name,
        mode,
        text
          .split(/[\r\n,]+/)
          .map((line) => line.trim())
          .sort(),
      ];
    })
    .sort();
}

async function planOf(kind: 'headed' | 'headless', looks: readonly Look[], edits: readonly Edit[]) {
  const workshop = await opened(kind, looks);
  for (const each of edits) change(workshop, each, looks);
  const { settlement, look } = await planCycle(workshop.context);
  const contents = async (tree: Tree | null) => {
    const found = await look.stash.get([...(tree?.values() ?? [])].map(({ digest }) => digest));
    return inAnyOrder(
      new Map([...(tree ?? [])].map(([n, e]) => [n, { bytes: found.get(e.digest) as Uint8Array, mode: e.mode }])),
    );
  };
  const merged = await Promise.all(settlement.merged.map(async (m) => [m.path, await contents(m.result)] as const));
  return { settlement, merged };
}

const changesOf = (changes: Settlement['localChanges']) =>
  changes.map(({ path, tree }) => [path, tree && [...tree].sort()]);
const swapped = {
  local_deleted: 'remote_deleted',
  remote_deleted: 'local_deleted',
  both_modified: 'both_modified',
  no_base: 'no_base',
};

describe('what a cycle decides', () => {
  it('is mirrored when the sides are swapped (5)', async () => {
    await fc.assert(
      fc.asyncProperty(
        writing,
        looks,
        fc.array(mirrorable, { minLength: 1, maxLength: 10 }),
        async (kind, looks, edits) => {
          const one = await planOf(kind, looks, edits);
          const other = await planOf(kind, looks, edits.map(mirrored));
          expect(changesOf(other.settlement.localChanges)).toEqual(changesOf(one.settlement.remoteChanges));
          expect(changesOf(other.settlement.remoteChanges)).toEqual(changesOf(one.settlement.localChanges));
          expect(changesOf(other.settlement.baseChanges)).toEqual(changesOf(one.settlement.baseChanges));
          expect(other.settlement.conflicts.map(({ path, type }) => [path, type])).toEqual(
            one.settlement.conflicts.map(({ path, type }) => [path, swapped[type]]),
          );
          expect(other.merged).toEqual(one.merged);
        },
      ),
      runs(100),
    );
  }, 900_000);

  it('does not depend on the order of a listing or of the documents (6)', async () => {
    await fc.assert(
      fc.asyncProperty(
        writing,
        looks,
        fc.array(edit, { minLength: 1, maxLength: 10 }),
        fc.integer(),
        async (kind, looks, edits, seed) => {
          const workshop = await opened(kind, looks);
          for (const each of edits) change(workshop, each, looks);
          const { id } = await planCycle(workshop.context);
          let state = seed | 1;
          const random = () => (state = Math.imul(state, 48271) ^ (state >>> 15));
          const shuffled = <T>(items: readonly T[]): T[] =>
            items
              .map((item) => [random(), item] as const)
              .sort(([a], [b]) => a - b)
              .map(([, item]) => item);
          workshop.remote.order = shuffled;
          for (const map of [workshop.replica.documents, workshop.replica.bases] as Map<string, unknown>[]) {
            const entries = shuffled([...map]);
            map.clear();
            for (const [path, value] of entries) map.set(path, value);
          }
          expect((await planCycle(workshop.context)).id).toBe(id);
        },
      ),
      runs(100),
    );
  }, 900_000);
});

describe('a round trip', () => {
  const name = fc.constantFrom(
    'notes.txt',
    'sub/über.md',
    'sub/deeper/x',
    'a b.txt',
    'tests/one.json',
    'README',
    'trailing. ',
    'line\nbreak',
  );
  const file = fc.record({
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom('\r\n', '\n', '', '\ufeffx\r\ny', 'a\rb\n').map((t) => new Uint8Array(Buffer.from(t))),
    ),
    mode: fc.constantFrom('100644' as const, '100755' as const, '120000' as const),
  });

  it('gives back every byte and mode: export, import, export (10)', async () => {
    await fc.assert(
      fc.asyncProperty(
        writing,
        looks,
        fc.array(fc.tuple(fc.nat({ max: 3 }), name, file), { maxLength: 12 }),
        async (kind, looks, extra) => {
          const first = new Workshop(kind);
          for (const [i, path] of places.entries())
            first.write('there', path, fresh(path, looks[i] as Look, first.value()));
          for (const [doc, name, content] of extra)
            first.write(
              'there',
              places[doc] as string,
              new Map([...first.filesAt('there', places[doc] as string), [name, content]]),
            );
          await first.run('pull');
          const original = snapshot(first);
          let from = first;
          for (let leg = 0; leg < 2; leg++) {
            const next = new Workshop(leg === 0 ? 'headless' : 'headed');
            for (const path of from.replica.documents.keys()) next.write('here', path, from.filesAt('here', path));
            await next.run('push');
            expect(snapshot(next)).toEqual(original);
            const imported = new Workshop('headed');
            imported.remote.change(new Map(next.remote.files));
            await imported.run('pull');
            from = imported;
          }
        },
      ),
      runs(30),
    );
  }, 900_000);
});

const snapshot = ({ remote }: Workshop) =>
  [...remote.files].map(([path, { bytes, mode }]) => [path, mode, Buffer.from(bytes).toString('hex')]).sort();
