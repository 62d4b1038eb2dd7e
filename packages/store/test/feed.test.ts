import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeQueue } from '../src/change-queue.ts';
import { feed } from '../src/feed.ts';

interface Change {
  readonly id: string;
  readonly n: number;
}
const never = new AbortController().signal;
const keyOf = ({ id }: Change) => id;

/** A source that the test tells what to say. */
function source(again?: (keys: readonly string[]) => Promise<readonly Change[]>) {
  const counts = { begun: 0, ended: 0 };
  let tell: (changes: readonly Change[]) => void = () => {};
  return {
    counts,
    say: (...changes: Change[]) => tell(changes),
    feed: feed<Change>({
      keyOf,
      ...(again ? { again } : {}),
      async begin(to) {
        counts.begun += 1;
        tell = to;
        return async () => {
          counts.ended += 1;
        };
      },
    }),
  };
}

/** Follows, and answers when it is certain to hear. */
async function following(
  of: ReturnType<typeof source>,
  wanted: (change: Change) => boolean = () => true,
  signal?: AbortSignal,
) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const changes = of.feed.follow({ wanted, signal, opened: resolve });
  const first = changes.next();
  await promise;
  return { changes, first };
}

describe('what a reader has not taken yet', () => {
  it('is the newest change of each entity, in the order in which each first changed', async () => {
    const changes = fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), n: fc.integer() }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(changes, async (said) => {
        const queue = changeQueue<Change>();
        for (const change of said) queue.put(change.id, change);
        const newest = new Map<string, Change>();
        for (const change of said) newest.set(change.id, change);
        expect(await queue.take(100, never)).toEqual([...newest.values()]);
      }),
    );
  });

  it('is read again where it was too much to keep whole', async () => {
    const asked: string[] = [];
    const queue = changeQueue<Change>(async (keys) => {
      asked.push(...keys);
      return keys.filter((id) => id !== '1200').map((id) => ({ id, n: -1 }));
    });
    for (let n = 0; n < 1500; n++) queue.put(String(n), { id: String(n), n });
    const all: Change[] = [];
    while (all.length < 1499) all.push(...(await queue.take(100, never)));
    expect(asked).toHaveLength(500);
    expect(all.slice(0, 1000)).toEqual(Array.from({ length: 1000 }, (_, n) => ({ id: String(n), n })));
    expect(all.slice(1000).every(({ n }) => n === -1)).toBe(true);
    expect(all.some(({ id }) => id === '1200')).toBe(false);
  });

  it('has an end, which the reader is told of', async () => {
    const queue = changeQueue<Change>(async () => []);
    for (let n = 0; n <= 100_000; n++) queue.put(String(n), { id: String(n), n });
    await expect(queue.take(100, never)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('a feed', () => {
  it('begins once for a thousand readers, and ends with the last of them', async () => {
    const one = source();
    const gone = new AbortController();
    const readers = await Promise.all(Array.from({ length: 1000 }, () => following(one, undefined, gone.signal)));
    expect(one.counts).toEqual({ begun: 1, ended: 0 });
    one.say({ id: 'a', n: 1 });
    for (const { first } of readers) expect((await first).value).toEqual({ id: 'a', n: 1 });
    const ends = readers.map(({ changes }) => changes.next());
    gone.abort();
    for (const end of ends) expect((await end).done).toBe(true);
    await one.feed.close();
    expect(one.counts).toEqual({ begun: 1, ended: 1 });
  });

  it('begins anew for a reader that comes later, and tells only what is wanted', async () => {
    const one = source();
    const early = await following(one);
    one.say({ id: 'a', n: 1 });
    expect((await early.first).value).toEqual({ id: 'a', n: 1 });
    await early.changes.return(undefined);
    const late = await following(one, ({ n }) => n > 2);
    one.say({ id: 'a', n: 2 }, { id: 'b', n: 3 });
    expect((await late.first).value).toEqual({ id: 'b', n: 3 });
    await late.changes.return(undefined);
    await one.feed.close();
    expect(one.counts).toEqual({ begun: 2, ended: 2 });
  });

  it('that cannot begin says so to its reader, and tries again for the next', async () => {
    let tries = 0;
    const failing = feed<Change>({
      keyOf,
      async begin() {
        tries += 1;
        if (tries === 1) throw new Error('away');
        return async () => {};
      },
    });
    await expect(failing.follow({ wanted: () => true }).next()).rejects.toThrow('away');
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = failing.follow({ wanted: () => true, opened: resolve }).next();
    await promise;
    await failing.close();
    expect((await end).done).toBe(true);
  });
});
