import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '@ratchet/contract/dispatcher';
import { projectCycles } from '@ratchet/repositories/specs/project-cycle';
import { projectDesk } from '@ratchet/repositories/specs/project-desk';
import { type SpecSyncs, specSyncs } from '@ratchet/repositories/specs/spec-sync';
import type { SpecsContext } from '@ratchet/repositories/specs/specs-context';
import { triggers } from '@ratchet/repositories/triggers';
import { watchers } from '@ratchet/repositories/watchers';
import { newId } from '@ratchet/store/id';
import { openDatabase } from '@ratchet/store/open-database';
import { createProjectRemote } from '@ratchet/sync/endpoints/filesystem/project-remote';
import { createOpenSpecKind } from '@ratchet/sync/kinds/openspec/openspec-kind';
import { createTaskKind } from '@ratchet/sync/kinds/task/task-kind';
import { writeOpenSpecProject } from '@ratchet/testing/openspec-project';
import type { Row } from './frame/row.ts';

export const name = 'Sync of a project of OpenSpec';

const actor: Actor = { kind: 'system', id: 'bench', name: 'bench' };

/** A project of a thousand changes, against the embedded database, as a laptop has it. */
export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
  const root = join(folder, 'shop');
  const { changes } = await writeOpenSpecProject(root, { changes: 1000, archived: 0 });
  // Files younger than a tick of the clock are read again at every look.
  await sleep(200);
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  const database = await openDatabase({ dataDir });
  const context: SpecsContext = {
    database,
    kind: createTaskKind(),
    specKind: createOpenSpecKind(),
    nodeId: newId(),
    now: () => new Date(),
    openRemote: async () => createProjectRemote({ root, journalDir: join(folder, 'journal') }),
    openForge: async () => null,
    log: () => {},
  };
  const cycles = projectCycles(context);
  const syncs = specSyncs(context, cycles);
  const desk = projectDesk(context, { cycles, syncs, checkPlace: () => {}, sweepSeconds: 3600 });
  const row = (what: string, figure: number, target?: number): Row => ({
    what: `${what}, 1,000 changes, embedded`,
    figure: Math.round(figure),
    unit: 'ms',
    ...(target === undefined ? {} : { target }),
  });
  try {
    const begun = performance.now();
    const settings = {
      name: 'shop',
      path: root,
      syncEnabled: true,
      isWritable: true,
      conflictPolicy: 'manual',
    } as const;
    const { id } = await desk.create(settings, { actor });
    const rows = [row('first time', performance.now() - begun)];
    await syncs.sync(id, { trigger: 'periodic', actor });
    const sweeps: number[] = [];
    for (let i = 0; i < 9; i++) {
      const started = performance.now();
      await syncs.sync(id, { trigger: 'periodic', actor });
      sweeps.push(performance.now() - started);
    }
    rows.push(row('sweep, nothing changed', median(sweeps), 1000));
    rows.push(
      row('one file edited, watched, until it is in the database', await watched(context, syncs, root, changes), 250),
    );
    return rows;
  } finally {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From the write of a file to its row, with the watcher's own pause. */
async function watched(
  context: SpecsContext,
  syncs: SpecSyncs,
  root: string,
  changes: readonly string[],
): Promise<number> {
  const kind = 'openspec_change';
  const started = triggers(context, syncs, actor, kind);
  const watching = watchers(context, (id, places) => started.hint(id, 'file_watcher', places), kind);
  await watching.refresh();
  await sleep(2000);
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const change = changes[i * 100] as string;
    const begun = performance.now();
    appendFileSync(join(root, 'openspec', 'changes', change, 'proposal.md'), `\nEdited ${i}.\n`);
    for (;;) {
      const { rows } = await context.database.pool.query('select revision from ratchet.specs where folder = $1', [
        change,
      ]);
      if (rows[0]?.revision > 1) break;
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
