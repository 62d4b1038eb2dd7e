import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Watch, watch } from '../src/watch.ts';

let top: string;
let root: string;
let watched: Watch[];
let hints: number;
/** What each hint named. */
let places: (readonly string[] | null)[];
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'ratchet-watch-'));
  root = join(top, 'root');
  mkdirSync(root);
  watched = [];
  hints = 0;
  places = [];
});
afterEach(async () => {
  for (const each of watched) await each.close();
  rmSync(top, { recursive: true, force: true });
});

const hear = (where: readonly string[] | null): void => {
  hints++;
  places.push(where);
};

function start(path = root): Watch {
  const started = watch({ path, debounceMs: 30, onHint: hear, onTrouble: () => {} });
  watched.push(started);
  return started;
}
/** Until a hint came after `since` of them. */
const heard = (since: number) =>
  vi.waitFor(() => expect(hints).toBeGreaterThan(since), { timeout: 15_000, interval: 20 });
/** Until it has been quiet for a while; answers how many hints there were. */
async function quiet(): Promise<number> {
  for (let last = -1; last !== hints; await pause(400)) last = hints;
  return hints;
}

describe('watch', () => {
  it.each<[string, () => void]>([
    ['made', () => writeFileSync(join(root, 'new.txt'), 'x')],
    ['changed', () => writeFileSync(join(root, 'a.txt'), 'y')],
    ['removed', () => rmSync(join(root, 'a.txt'))],
    ['renamed', () => renameSync(join(root, 'a.txt'), join(root, 'b.txt'))],
    [
      'made in a new folder',
      () => {
        mkdirSync(join(root, 'deep/er'), { recursive: true });
        writeFileSync(join(root, 'deep/er/x.txt'), 'x');
      },
    ],
  ])('hints when a file is %s', async (_, change) => {
    writeFileSync(join(root, 'a.txt'), 'x');
    start();
    await heard(0);
    const before = await quiet();
    change();
    await heard(before);
  });

  it('names the places of a few changes, and none of a burst or before it watches', async () => {
    writeFileSync(join(root, 'a.txt'), 'x');
    start();
    await heard(0);
    await quiet();
    expect(places[0]).toBeNull();
    const before = places.length;
    writeFileSync(join(root, 'a.txt'), 'y');
    await heard(before);
    expect(places.slice(before).flat()).toContain(join(root, 'a.txt'));
    const then = await quiet();
    for (let i = 0; i < 300; i++) writeFileSync(join(root, `${i}.txt`), 'x');
    await heard(then);
    await quiet();
    expect(places.slice(then)).toContain(null);
  });

  it('hints once for many changes, and again for one that comes later', async () => {
    start();
    await heard(0);
    const before = await quiet();
    for (let i = 0; i < 50; i++) writeFileSync(join(root, `${i}.txt`), 'x');
    await heard(before);
    const then = await quiet();
    expect(then - before).toBeLessThanOrEqual(3);
    writeFileSync(join(root, 'late.txt'), 'x');
    await heard(then);
  });

  it('hints while changes never stop', async () => {
    start();
    await heard(0);
    const before = await quiet();
    const writing = setInterval(() => writeFileSync(join(root, 'a.txt'), String(Math.random())), 10);
    try {
      await heard(before + 1);
    } finally {
      clearInterval(writing);
    }
  });

  it('says nothing of our own temporary files', async () => {
    start();
    await heard(0);
    const before = await quiet();
    writeFileSync(join(root, '.ratchet-tmp-1'), 'x');
    expect(await quiet()).toBe(before);
  });

  it('goes on when the folder is replaced, removed and made again, or comes late', async () => {
    rmSync(root, { recursive: true });
    start();
    await heard(0);
    for (let round = 0; round < 2; round++) {
      let before = await quiet();
      mkdirSync(root);
      await heard(before);
      before = await quiet();
      writeFileSync(join(root, 'a.txt'), 'x');
      await heard(before);
      renameSync(root, join(top, `old-${round}`));
      await pause(10);
    }
  }, 60_000);

  it('follows a link to the folder', async () => {
    symlinkSync(root, join(top, 'link'));
    start(join(top, 'link'));
    await heard(0);
    const before = await quiet();
    writeFileSync(join(root, 'a.txt'), 'x');
    await heard(before);
  });

  it('watches one file, and not its neighbours', async () => {
    const path = join(root, 'tasks.zip');
    writeFileSync(path, 'x');
    start(path);
    await heard(0);
    const before = await quiet();
    writeFileSync(join(root, 'other.txt'), 'x');
    expect(await quiet()).toBe(before);
    writeFileSync(join(root, 'next'), 'y');
    renameSync(join(root, 'next'), path);
    await heard(before);
  });

  it('is silent after it was closed, in the middle of a burst too', async () => {
    const one = start();
    await heard(0);
    for (let i = 0; i < 500; i++) writeFileSync(join(root, `${i}.txt`), 'x');
    await one.close();
    const before = hints;
    writeFileSync(join(root, 'late.txt'), 'x');
    expect(await quiet()).toBe(before);
  });

  it('hears the end of a burst of 20,000 files', async () => {
    start();
    await heard(0);
    await quiet();
    for (let i = 0; i < 200; i++) {
      mkdirSync(join(root, `task-${i}`));
      for (let j = 0; j < 100; j++) writeFileSync(join(root, `task-${i}`, `${j}.txt`), 'x');
      await pause(0);
    }
    const before = hints;
    await heard(before);
    await quiet();
  }, 60_000);
});
