import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@ratchet/store/open-database';
import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { valuesIn } from './fuzz/documents.ts';
import { type Fuzz, startFuzz } from './fuzz/history.ts';
import { openPlaces } from './fuzz/places.ts';

// One seed by default, so that a run is the same everywhere; more, or another one, on demand.
const seeds = (process.env.RATCHET_FUZZ_SEEDS ?? '1').split(',').map(Number);
const steps = Number(process.env.RATCHET_FUZZ_STEPS ?? 1000);

it.each(seeds)('no value is lost over a random history with seed %i', { timeout: 600_000 }, async (seed) => {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-fuzz-'));
  let fuzz: Fuzz | null = null;
  try {
    fuzz = await startFuzz(folder, await openPlaces(folder), seed);
    for (let i = 0; i < steps; i++) await fuzz.step();
    await fuzz.settle();
    const { client } = fuzz.server();

    const remote: string[] = [];
    for (const { id, place } of fuzz.kept) {
      // One more run plans nothing, and finds nothing to do.
      expect((await client.repositories.plan({ id })).actions).toEqual([]);
      const again = await client.repositories.sync({ id });
      expect(again).toMatchObject({ tasksAdded: 0, tasksUpdated: 0, tasksDeleted: 0, tasksMerged: 0, conflicts: [] });
      expect(again.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(await client.repositories.push({ id })).toEqual([]);
      // Both sides are equal, file by file.
      const there = await place.files();
      const filters = [{ field: 'repositoryId', value: id }];
      const { items } = await client.tasks.list({ limit: 1000, filters });
      const here = new Map<string, string>();
      for (const { id: task, repositoryInfo } of items)
        for (const { path } of (await client.tasks.get({ id: task })).files)
          here.set(
            `${repositoryInfo?.repositoryPath}/${path}`,
            (await client.tasks.getFile({ id: task, path })).content ?? '',
          );
      const ofTasks = [...there].filter(([path]) => path !== 'notes.md');
      expect(Object.fromEntries([...here].sort())).toEqual(Object.fromEntries(ofTasks.sort()));
      remote.push(...there.values());
    }
    await fuzz.server().kill('SIGTERM');
    const found = new Set([...remote, ...(await everKept(join(folder, 'data')))].flatMap(valuesIn));
    expect([...fuzz.values].filter((value) => !found.has(value))).toEqual([]);
    expect(fuzz.values.size).toBeGreaterThan(steps / 10);
  } catch (error) {
    const { told } = fuzz ?? {};
    const last = told?.steps.slice(-60).join('\n') ?? '';
    throw new Error(`Seed ${seed} (RATCHET_FUZZ_SEEDS=${seed}):\n${last}\n${fuzz?.server().log() ?? ''}`, {
      cause: error,
    });
  } finally {
    await fuzz?.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Every content that a task is, ever was, or that a conflict shows. */
async function everKept(dataDir: string): Promise<string[]> {
  const database = await openDatabase({ dataDir });
  try {
    const { rows } = await database.db.execute(sql`
      select distinct convert_from(b.bytes, 'UTF8') as text from ratchet.blobs b join (
        select e.value ->> 0 as digest from ratchet.task_versions, jsonb_each(tree) e
        union select e.value ->> 0 from ratchet.tasks, jsonb_each(tree) e
        union select e.value ->> 0 from ratchet.conflicts, jsonb_each(coalesce(local_tree, '{}')) e
        union select e.value ->> 0 from ratchet.conflicts, jsonb_each(coalesce(remote_tree, '{}')) e
      ) kept on kept.digest = b.digest`);
    return (rows as unknown as { text: string }[]).map(({ text }) => text);
  } finally {
    await database.close();
  }
}
