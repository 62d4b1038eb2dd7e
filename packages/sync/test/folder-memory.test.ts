import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFilesystemRemote } from '../src/endpoints/filesystem/filesystem-remote.ts';
import type { Listing, Remote } from '../src/remote.ts';

let top: string;
let root: string;
let remote: Remote;
/** Ahead of the file system's clock, so that nothing is too young to be relied on. Milliseconds. */
let ahead: number;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'ratchet-memory-'));
  root = join(top, 'root');
  mkdirSync(root);
  ahead = 60_000;
  remote = createFilesystemRemote({ root, subPath: null, now: () => Date.now() + ahead });
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

/** Longer than a tick of the kernel's clock: a change after it leaves other times. */
const tick = () => pause(15);
const said = ({ files, problems, mark }: Listing) => ({ files, problems, mark });

type Step = readonly [
  change: 'write' | 'remove' | 'move' | 'link' | 'folder' | 'replace',
  path: string,
  other: string,
  text: string,
];
const folder = fc.constantFrom('', 'a/', 'b/', 'a/b/', 'a/b/c/');
const path = fc.tuple(folder, fc.constantFrom('x', 'y', 'Y', 'metadata.json', 'a', 'b')).map(([f, name]) => f + name);
const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('write', 'write', 'remove', 'move', 'link', 'folder', 'replace'),
  path,
  path,
  fc.constantFrom('1', '22'),
);

/** Does something to the folder where it can be done; answers the places of it, as a watcher names them. */
function act([change, path, other, text]: Step): string[] {
  const [full, to] = [join(root, path), join(root, other)];
  try {
    mkdirSync(dirname(full), { recursive: true });
    mkdirSync(dirname(to), { recursive: true });
    if (change === 'write') writeFileSync(full, text);
    if (change === 'remove') rmSync(full, { recursive: true });
    if (change === 'move') renameSync(full, to);
    if (change === 'link') symlinkSync(text, full);
    if (change === 'folder') mkdirSync(full);
    if (change === 'replace') {
      unlinkSync(full);
      mkdirSync(full);
      writeFileSync(join(full, 'metadata.json'), text);
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
  const above = (one: string): string[] => (one === root ? [] : [one, ...above(dirname(one))]);
  return [...above(full), ...above(to)];
}

describe('a listing that goes by an earlier one', () => {
  it.each(['everything', 'the places that changed'])('is as one that knows nothing, looking at %s', async (where) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 4 }), async (rounds) => {
        rmSync(root, { recursive: true });
        mkdirSync(join(root, 'a/b'), { recursive: true });
        writeFileSync(join(root, 'a/b/x'), 'x');
        await tick();
        let listing = await remote.list();
        for (const steps of rounds) {
          await tick();
          const places = steps.flatMap(act);
          await tick();
          const given = where === 'everything' ? {} : { places };
          const next = await remote.list(undefined, { listing, ...given });
          expect(said(next)).toEqual(said(await remote.list()));
          listing = next;
        }
      }),
      { numRuns: 40 },
    );
  });

  it('keeps the very files that did not change', async () => {
    for (const name of ['a/x', 'b/x']) act(['write', name, name, '1']);
    const before = await remote.list();
    await tick();
    act(['write', 'b/x', 'b/x', '22']);
    const after = await remote.list(undefined, { listing: before });
    expect(after.files[0]).toBe(before.files[0]);
    expect(after.files[1]).not.toEqual(before.files[1]);
    expect((await remote.list(undefined, { listing: after })).files).toBe(after.files);
  });

  it('sees what no place named as soon as it looks at everything, and after five minutes in any case', async () => {
    for (const name of ['a/x', 'b/x']) act(['write', name, name, '1']);
    await tick();
    const listing = await remote.list();
    await tick();
    act(['write', 'a/x', 'a/x', '22']);
    act(['remove', 'b/x', 'b/x', '']);
    const places = [join(root, 'a/x'), '/elsewhere', `${root}-not/x`];
    const narrow = await remote.list(undefined, { listing, places });
    expect(narrow.files.map(({ path, size }) => [path, size])).toEqual([
      ['a/x', 2],
      ['b/x', 1],
    ]);
    const whole = await remote.list(undefined, { listing: narrow });
    expect(whole.files.map(({ path }) => path)).toEqual(['a/x']);
    ahead += 5 * 60_000;
    const later = await remote.list(undefined, { listing: narrow, places });
    expect(said(later)).toEqual(said(whole));
  });

  it('relies on no folder whose times are too young, and on none that stands in another one’s place', async () => {
    ahead = 0;
    act(['write', 'a/x', 'a/x', '1']);
    const young = await remote.list();
    act(['write', 'a/y', 'a/y', '1']);
    const seen = await remote.list(undefined, { listing: young });
    expect(seen.files.map(({ path }) => path)).toEqual(['a/x', 'a/y']);
    ahead = 60_000;
    await tick();
    const old = await remote.list();
    renameSync(root, `${root}-old`);
    mkdirSync(join(root, 'a'), { recursive: true });
    writeFileSync(join(root, 'a/z'), '1');
    const places = [join(root, 'b')];
    const anew = await remote.list(undefined, { listing: old, places });
    expect(anew.files.map(({ path }) => path)).toEqual(['a/z']);
  });

  it('follows no link that took the place of a known folder', async () => {
    act(['write', 'a/b/x', 'a/b/x', '1']);
    mkdirSync(join(top, 'outside/b'), { recursive: true });
    writeFileSync(join(top, 'outside/b/secret'), 's');
    const listing = await remote.list();
    rmSync(join(root, 'a'), { recursive: true });
    symlinkSync(join(top, 'outside'), join(root, 'a'));
    const { files } = await remote.list(undefined, { listing, places: [join(root, 'a/b/secret')] });
    expect(files.map(({ path }) => path)).not.toContain('a/b/secret');
    const whole = await remote.list(undefined, { listing });
    expect(whole.files).toMatchObject([{ path: 'a', mode: '120000' }]);
  });

  it('tells a probe’s mark from what it listed, and lists that', async () => {
    act(['write', 'a/x', 'a/x', '1']);
    const first = await remote.list();
    await tick();
    expect(await remote.probe(undefined, { listing: first })).toBe(first.mark);
    expect((await remote.list(undefined, { listing: first })).files).toBe(first.files);
    act(['write', 'a/x', 'a/x', '22']);
    const mark = await remote.probe(undefined, { listing: first });
    expect(mark).not.toBe(first.mark);
    expect((await remote.list()).mark).toBe(mark);
  });
});
