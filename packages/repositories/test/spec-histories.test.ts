import { existsSync, readdirSync } from 'node:fs';
import { RatchetError } from '@ratchet/contract/errors';
import { specList } from '@ratchet/contract/operations/specs';
import { getBlobs } from '@ratchet/store/queries/blobs';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { page, type SpecBench, specBench } from './spec-bench.ts';
import { manual, una } from './workbench.ts';

/*
 * Random histories of edits on both sides, syncs, forced directions and decisions. Every value that somebody wrote is somewhere
 * afterwards, both sides are alike, and one more run finds nothing to do.
 */

const names = ['add-cart', 'add-login', 'fix-mail'];
const by = { actor: una };

type Step =
  | { readonly kind: 'tick' | 'add' | 'text' | 'file' | 'design' | 'drop'; readonly at: number; readonly n: number }
  | {
      readonly kind: 'sync' | 'open' | 'shut' | 'fs_to_db' | 'db_to_fs' | 'files_win' | 'database_wins';
      readonly at: number;
      readonly n: number;
    };

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    ...(['tick', 'add', 'add', 'text', 'file', 'file', 'design', 'drop', 'sync', 'sync', 'open', 'shut'] as const),
    ...(['fs_to_db', 'db_to_fs', 'files_win', 'database_wins'] as const),
  ),
  at: fc.nat(names.length - 1),
  n: fc.nat(5),
});

/** What an operation may be refused with, by what the other side holds. */
const expected = new Set([
  'NOT_FOUND',
  'SYNC_CONFLICT',
  'ALREADY_EXISTS',
  'STATE_CONFLICT',
  'GUARD_TRIPPED',
  'CONFLICT_MOVED',
  'VALIDATION_FAILED',
]);

async function play(bench: SpecBench, projectId: string, steps: readonly Step[], written: Set<string>): Promise<void> {
  let count = 0;
  const value = () => `value-${++count}-end`;
  for (const { kind, at, n } of steps) {
    const name = names[at] as string;
    const file = `changes/${name}/tasks.md`;
    const design = `changes/${name}/design.md`;
    const row = () => bench.reader.find(`shop/${name}`);
    const disk = (path: string) => (existsSync(bench.place(path)) ? bench.read(path) : '');
    const text = value();
    const put = (path: string, content: string) => {
      bench.write(path, content);
      written.add(text);
    };
    try {
      if (kind === 'tick') await bench.editor.updateTask(await row(), { n, done: n % 2 === 0 }, by);
      else if (kind === 'add') {
        await bench.editor.addTask(await row(), { text, done: false }, by);
        written.add(text);
      } else if (kind === 'text') {
        await bench.editor.updateTask(await row(), { n, text }, by);
        written.add(text);
      } else if (kind === 'file') put(file, `${disk(file)}- [ ] ${text}\n`);
      else if (kind === 'design') put(design, `${disk(design)}# ${text}\n`);
      else if (kind === 'drop') {
        if (n > 2) await bench.editor.delete(await row(), by);
        else
          await bench.editor
            .create(projectId, { id: name, tasksContent: `- [ ] ${text}\n` }, by)
            .then(() => written.add(text));
      } else if (kind === 'open' || kind === 'shut')
        await bench.desk.change(projectId, { isWritable: kind === 'open' }, undefined);
      else if (kind === 'files_win' || kind === 'database_wins')
        await bench.resolver.resolveFor(
          await row(),
          { resolution: kind === 'files_win' ? 'filesystem_wins' : 'database_wins' },
          una,
        );
      else if (kind === 'sync') await bench.syncs.sync(projectId, manual);
      else {
        if (kind === 'db_to_fs') await bench.desk.change(projectId, { isWritable: true }, undefined);
        await bench.syncs.sync(projectId, { ...manual, direction: kind });
      }
    } catch (error) {
      if (!(error instanceof RatchetError) || !expected.has(error.code)) throw error;
    }
  }
}

/** Everything that any revision, conflict or file holds. */
async function everything(bench: SpecBench): Promise<string> {
  const { rows } = await bench.database.db.execute(sql`select digest from ratchet.blobs`);
  const blobs = await getBlobs(
    bench.database.db,
    rows.map((row) => (row as { digest: string }).digest),
  );
  const { rows: named } = await bench.database.db.execute(sql`
    select distinct e.value ->> 0 as digest from (
      select tree from ratchet.spec_versions union all select tree from ratchet.specs
      union all select base_tree from ratchet.conflicts union all select local_tree from ratchet.conflicts
      union all select remote_tree from ratchet.conflicts) t, jsonb_each(case jsonb_typeof(t.tree) when 'object' then t.tree else '{}' end) e`);
  return named.map((row) => Buffer.from(blobs.get((row as { digest: string }).digest) ?? []).toString()).join('\n');
}

test('no value is lost over random histories, and both sides come to agree', { timeout: 600_000 }, async () => {
  const numRuns = Number(process.env.RATCHET_PROPERTY_RUNS ?? 5);
  let values = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 45 }), async (steps) => {
      const bench = await specBench();
      try {
        for (const name of names) bench.write(`changes/${name}/tasks.md`, '- [ ] first\n- [ ] second\n');
        const project = await bench.register();
        const written = new Set<string>();
        await play(bench, project.id, steps, written);
        await bench.desk.change(project.id, { isWritable: true }, undefined);
        const settle = () => bench.syncs.sync(project.id, manual);
        const settled = await settle().catch(async (error) => {
          if (error?.code !== 'GUARD_TRIPPED') throw error;
          return bench.syncs.sync(project.id, { ...manual, force: true, planId: error.details.planId });
        });
        for (const { specId } of settled.conflicts)
          await bench.resolver.resolveFor(
            await bench.reader.find(specId, undefined, true),
            { resolution: 'database_wins' },
            una,
          );
        await settle();
        expect(await settle()).toMatchObject({ message: 'Nothing changed.', conflicts: [] });
        const { items } = await bench.reader.list(specList, page);
        const folders = readdirSync(bench.place('changes')).filter(
          (name) =>
            existsSync(bench.place(`changes/${name}/tasks.md`)) || existsSync(bench.place(`changes/${name}/design.md`)),
        );
        expect(items.map(({ id }) => id)).toEqual(folders.sort());
        for (const { id, tasksContent } of items)
          expect(tasksContent).toBe(
            existsSync(bench.place(`changes/${id}/tasks.md`)) ? bench.read(`changes/${id}/tasks.md`) : null,
          );
        const kept = await everything(bench);
        values += written.size;
        expect([...written].filter((value) => !kept.includes(value))).toEqual([]);
      } finally {
        await bench.close();
      }
    }),
    { numRuns },
  );
  expect(values).toBeGreaterThan(numRuns * 5);
});
