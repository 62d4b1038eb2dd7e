import { setTimeout as sleep } from 'node:timers/promises';
import { gather } from '@ratchet/store/gather';
import { describe, expect, it } from 'vitest';
import { createPace } from '../src/pace.ts';

describe('what is gathered', () => {
  it('goes together, in order, and what comes meanwhile goes next', async () => {
    const groups: number[][] = [];
    const double = gather(
      async (items: readonly number[]) => {
        groups.push([...items]);
        await sleep(5);
        return items.map((n) => n * 2);
      },
      { most: 3, apart: () => true },
    );
    const first = Promise.all([1, 2, 3, 4].map(double));
    await sleep(1);
    expect(await Promise.all([first, double(5)])).toEqual([[2, 4, 6, 8], 10]);
    expect(groups).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  it('is tried one by one when one of it spoils the whole', async () => {
    const work = gather(
      async (items: readonly number[]) => {
        if (items.includes(2)) throw new Error('two');
        return items;
      },
      { most: 10, apart: () => true },
    );
    const results = await Promise.allSettled([1, 2, 3].map(work));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails together when the fault is not its own', async () => {
    let calls = 0;
    const work = gather(
      async (): Promise<number[]> => {
        calls += 1;
        throw new Error('away');
      },
      { most: 10, apart: () => false },
    );
    await Promise.allSettled([1, 2, 3].map(work));
    expect(calls).toBe(1);
  });
});

describe('the pace', () => {
  it('takes one per slot of what is not known or runs long, and more of what runs short', async () => {
    const pace = createPace(2, () => 0);
    const [one, two] = [await pace.turn('a'), await pace.turn('a')];
    expect(await pace.turn('a')).toBeNull();
    one?.end(2);
    two?.end(2);
    const many = await Promise.all(Array.from({ length: 32 }, () => pace.turn('a')));
    expect(many).not.toContain(null);
    expect(await pace.turn('a')).toBeNull();
    for (const turn of many) turn?.end(1000);
    const long = await Promise.all(Array.from({ length: 3 }, () => pace.turn('a')));
    expect(long.filter((turn) => turn !== null)).toHaveLength(2);
  });

  it('lets a worker fetch only while there is room, and all when it closes', async () => {
    const pace = createPace(1, () => 0);
    expect(pace.gate()).toBeUndefined();
    const held = pace.gate();
    let open = false;
    void held?.then(() => {
      open = true;
    });
    pace.fetched();
    const turn = await pace.turn('long');
    await sleep(5);
    expect(open).toBe(false);
    turn?.end(5000);
    await held;
    const last = pace.gate();
    pace.close();
    await last;
    expect(await pace.turn('long')).toBeNull();
  });

  it('counts what has not ended in time as holding a slot', async () => {
    let now = 0;
    const pace = createPace(1, () => now);
    (await pace.turn('a'))?.end(1);
    const turns = [await pace.turn('a'), await pace.turn('a')];
    expect(turns).not.toContain(null);
    now = 1000;
    expect(await pace.turn('a')).toBeNull();
  });
});
