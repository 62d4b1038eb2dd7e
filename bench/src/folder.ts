import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '@ratchet/contract/dispatcher';
import { PushPolicy } from '@ratchet/contract/entities/repository';
import type { RepositoriesContext } from '@ratchet/repositories/context';
import { repositorySync } from '@ratchet/repositories/repository-sync';
import { triggers } from '@ratchet/repositories/triggers';
import { watchers } from '@ratchet/repositories/watchers';
import { newId } from '@ratchet/store/id';
import { openDatabase } from '@ratchet/store/open-database';
import { insertRepository } from '@ratchet/store/queries/repositories';
import { createFilesystemRemote } from '@ratchet/sync/endpoints/filesystem/filesystem-remote';
import { createTaskKind } from '@ratchet/sync/kinds/task/task-kind';
import { folderPeers } from './frame/folder-peers.ts';
import type { Row } from './frame/row.ts';

export const name = 'Sync of a folder';

const actor: Actor = { kind: 'system', id: 'bench', name: 'bench' };
const manual = { trigger: 'manual', actor } as const;
const tasks = 10_000;
const padding = `// ${'x'.repeat(1700)}\n`;

/** A folder of 10,000 tasks, 20,000 files and 20 MB, against the embedded database, as a laptop has it. */
export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
  const root = join(folder, 'tasks');
  for (let i = 0; i < tasks; i++) {
    const at = join(root, `group-${i % 100}`, `t${i}`);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, 'metadata.json'), `{"name": "t${i}", "version": "1.0.0", "description": "a task"}\n`);
    writeFileSync(join(at, 'main.js'), `() => ${i}\n${padding}`);
  }
  // Files younger than a tick of the clock are read again at every look.
  await sleep(200);
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  const database = await openDatabase({ dataDir });
  const context: RepositoriesContext = {
    database,
    kind: createTaskKind(),
    nodeId: newId(),
    now: () => new Date(),
    openRemote: async () => createFilesystemRemote({ root, subPath: null, journalDir: join(folder, 'journal') }),
    openForge: async () => null,
    log: () => {},
  };
  const id = newId();
  await insertRepository(database.db, {
    id,
    name: 'folder',
    repositoryType: 'filesystem',
    uri: root,
    watchPatterns: [],
    ignorePatterns: [],
    pushPolicy: PushPolicy.parse({}),
    conflictPolicy: 'manual',
    metadata: {},
    syncIntervalMinutes: 0,
  });
  const sync = repositorySync(context);
  const took = async (work: () => Promise<unknown>): Promise<number> => {
    const started = performance.now();
    await work();
    return performance.now() - started;
  };
  try {
    const row = (what: string, figure: number, target: number, reference: string): Row => ({
      what: `${what}, 10,000 tasks, embedded`,
      figure: Math.round(figure),
      unit: 'ms',
      target,
      reference,
    });
    const peers = folderPeers(folder, root, 'group-7/t7/main.js');
    const rows = [row('first time', await took(() => sync.sync(id, manual)), 6000, peers.first())];
    await sync.sync(id, manual);
    const looks = [];
    for (let i = 0; i < 9; i++) looks.push(await took(() => sync.sync(id, manual)));
    rows.push(row('nothing changed', median(looks), 250, peers.nothingChanged()));
    const reference = `one run after the change: ${peers.oneChanged("() => 'for the others'\n")}`;
    await sync.sync(id, manual);
    const seen = await watched(context, sync, root);
    rows.push(row('one file changed, watched, until it is in the database', seen, 250, reference));
    return rows;
  } finally {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From the write of a file to its row, with the watcher's own pause. */
async function watched(
  context: RepositoriesContext,
  sync: ReturnType<typeof repositorySync>,
  root: string,
): Promise<number> {
  const started = triggers(context, sync, actor);
  const watching = watchers(context, (id, places) => started.hint(id, 'file_watcher', places));
  await watching.refresh();
  await sleep(2000);
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const wanted = `() => 'changed ${i}'\n`;
    const begun = performance.now();
    writeFileSync(join(root, 'group-7', 't7', 'main.js'), wanted);
    for (;;) {
      const { rows } = await context.database.pool.query(
        "select source_code from ratchet.tasks where repository_path = 'group-7/t7'",
      );
      if (rows[0]?.source_code === wanted) break;
      await sleep(5);
    }
    times.push(performance.now() - begun);
    await sleep(600);
  }
  await watching.close();
  await started.close();
  return median(times);
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
