import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { pull } from '../src/cycle.ts';
import { createFilesystemRemote } from '../src/endpoints/filesystem/filesystem-remote.ts';
import type { TaskFields } from '../src/kinds/task/fields.ts';
import { createTaskKind } from '../src/kinds/task/task-kind.ts';
import { push } from '../src/push.ts';
import { Hooks } from './memory/hooks.ts';
import { MemoryReplica } from './memory/memory-replica.ts';

it('an edit in a folder, of what a push has just written and while it writes on, is seen by the next look', async () => {
  const top = mkdtempSync(join(tmpdir(), 'ratchet-window-'));
  try {
    const root = join(top, 'root');
    mkdirSync(root);
    const kind = createTaskKind();
    const replica = new MemoryReplica<TaskFields>(kind, new Hooks());
    const remote = createFilesystemRemote({ root, subPath: null, journalDir: join(top, 'journal') });
    const scope = { watch: [], ignore: [] };
    const context = { remote, replica, kind, scope, place: 'folder', policy: 'manual' as const };
    for (let i = 10; i < 50; i++)
      replica.edit(
        `t${i}`,
        new Map([
          ['metadata.json', '{"version":"1.0.0"}'],
          ['main.js', `() => ${i}\n`],
        ]),
      );
    const file = join(root, 't10', 'main.js');
    const pushing = push(context, {
      author: { name: 'A', email: 'a@example.org' },
      message: () => 'Change',
      batchSize: 50,
      now: () => new Date(0),
      pause: async () => {},
    });
    while (!existsSync(file)) await setImmediate();
    writeFileSync(file, '() => "by hand"\n');
    await pushing;
    await pull(context);
    expect(replica.textsAt('t10').get('main.js')).toBe('() => "by hand"\n');
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
});
