import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CycleContext, planCycle, pull } from '../src/cycle.ts';
import { createFilesystemRemote } from '../src/endpoints/filesystem/filesystem-remote.ts';
import type { TaskFields } from '../src/kinds/task/fields.ts';
import { createTaskKind } from '../src/kinds/task/task-kind.ts';
import { push } from '../src/push.ts';
import type { Remote, WriteRequest } from '../src/remote.ts';
import { Crash, Hooks } from './memory/hooks.ts';
import { MemoryReplica } from './memory/memory-replica.ts';

const kind = createTaskKind();
const files = (name: string, code: string, more: object = {}) =>
  new Map([
    ['lib/more.js', `// ${code}\n`],
    ['main.js', `() => ${code}\n`],
    ['metadata.json', JSON.stringify({ name, version: '1.0.0', ...more })],
  ]);

let top: string;
let root: string;
let replica: MemoryReplica<TaskFields>;
beforeEach(async () => {
  top = mkdtempSync(join(tmpdir(), 'ratchet-killed-'));
  root = join(top, 'root');
  mkdirSync(root);
  replica = new MemoryReplica<TaskFields>(kind, new Hooks());
  for (const name of ['edited', 'gone', 'kept']) replica.edit(name, files(name, '1'));
  await pushed(opened());
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const opened = () => createFilesystemRemote({ root, subPath: null, journalDir: join(top, 'journal') });
const contextOf = (remote: Remote): CycleContext<TaskFields> => {
  const scope = { watch: [], ignore: [] };
  return { remote, replica, kind, scope, place: 'folder', policy: 'manual' };
};
const pushed = (remote: Remote) =>
  push(contextOf(remote), {
    author: { name: 'A', email: 'a@example.org' },
    message: () => 'Change',
    batchSize: 50,
    now: () => new Date(0),
    pause: async () => {},
  });

/** An endpoint whose process is killed after so many files of a push were written, in the endpoint's own order. */
function killedAfter(count: number): { remote: Remote; steps: () => number } {
  const remote = opened();
  let request: WriteRequest | null = null;
  let steps = 0;
  return {
    remote: {
      ...remote,
      prepare(wanted, signal) {
        request = wanted;
        return remote.prepare(wanted, signal);
      },
      async publish() {
        for (const document of request?.documents ?? [])
          for (const { path, after } of [...document.files].sort(
            (a, b) => Number(a.after !== null) - Number(b.after !== null),
          )) {
            if (steps++ === count) throw new Crash();
            mkdirSync(dirname(join(root, path)), { recursive: true });
            if (after) writeFileSync(join(root, path), after.bytes);
            else rmSync(join(root, path));
          }
        throw new Crash();
      },
    },
    steps: () => steps,
  };
}

function change(): void {
  replica.edit('edited', files('edited', '2', { description: 'new' }));
  replica.edit('gone', null);
  replica.edit('made', files('made', '3'));
}

function checkInStep(): void {
  expect(replica.conflicts.size).toBe(0);
  for (const [path] of replica.documents)
    for (const [name, text] of replica.textsAt(path)) expect(readFileSync(join(root, path, name), 'utf8')).toBe(text);
  expect([...replica.documents.keys()].sort()).toEqual(['edited', 'kept', 'made']);
  expect(existsSync(join(root, 'gone'))).toBe(false);
}

describe('a push to a folder whose process was killed', () => {
  it('after any file is carried to its end by the next ones, with no conflict and nothing left behind', async () => {
    for (let count = 0, isWhole = false; !isWhole; count++) {
      rmSync(root, { recursive: true });
      mkdirSync(root);
      replica = new MemoryReplica<TaskFields>(kind, new Hooks());
      for (const name of ['edited', 'gone', 'kept']) replica.edit(name, files(name, '1'));
      await pushed(opened());
      change();
      const killed = killedAfter(count);
      await expect(pushed(killed.remote)).rejects.toThrow(Crash);
      isWhole = killed.steps() <= count;
      await pushed(opened());
      checkInStep();
      const { settlement } = await planCycle(contextOf(opened()));
      expect([settlement.localChanges, settlement.remoteChanges, settlement.conflicts]).toEqual([[], [], []]);
    }
  });

  it('keeps what someone wrote into a half-written document since', async () => {
    replica.edit('made', files('made', '3'));
    await expect(pushed(killedAfter(1).remote)).rejects.toThrow(Crash);
    writeFileSync(join(root, 'made/main.js'), '() => "theirs"\n');
    await pull(contextOf(opened()));
    expect(readFileSync(join(root, 'made/main.js'), 'utf8')).toBe('() => "theirs"\n');
    expect(replica.textsAt('made').get('main.js')).toBe('() => 3\n');
  });

  it('finishes nothing that was not begun', async () => {
    change();
    await expect(pushed(killedAfter(0).remote)).rejects.toThrow(Crash);
    await pull(contextOf(opened()));
    expect(existsSync(join(root, 'made'))).toBe(false);
    expect(readFileSync(join(root, 'edited/main.js'), 'utf8')).toBe('() => 1\n');
    expect(existsSync(join(root, 'gone/main.js'))).toBe(true);
  });
});
