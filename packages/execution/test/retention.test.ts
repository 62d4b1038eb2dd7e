import { newId } from '@ratchet/store/id';
import { putBlobs } from '@ratchet/store/queries/blobs';
import { collectBlobs, markBlobs, treeColumns, unmarkBlobs } from '@ratchet/store/queries/retention';
import type { StoredTree } from '@ratchet/store/schema/columns';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Retention, tidy } from '../src/retention.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  for (const table of [
    'executions',
    'jobs',
    'delivery_results',
    'results',
    'result_cache',
    'blobs',
    'tasks',
    'task_versions',
  ])
    await execute(sql`delete from ratchet.${sql.identifier(table)}`);
  await execute(sql`delete from ratchet.repositories`);
});

const execute = (statement: SQL) => database.db.execute(statement);
const week: Retention = { executions: 7, logs: 7, recordings: 7, deliveries: 7, blobs: 7 };
const forever: Retention = { executions: 0, logs: 0, recordings: 0, deliveries: 0, blobs: 0 };

async function execution(
  age: number,
  more: { status?: string; jobId?: string; replayOf?: string; ended?: number } = {},
): Promise<string> {
  const id = newId();
  const { status = 'completed', jobId = null, replayOf = null, ended = age } = more;
  const finished =
    status === 'running' || status === 'pending' ? sql`null` : sql`now() - make_interval(days => ${ended})`;
  await execute(sql`
    insert into ratchet.executions (id, job_id, task_name, task_version, task_revision, status, triggered_by, replay_of, queued_at, started_at, finished_at)
    values (${id}, ${jobId}, 't', '1.0.0', 1, ${status}, 'Una', ${replayOf}, now() - make_interval(days => ${age}), now() - make_interval(days => ${age}), ${finished})`);
  await execute(sql`
    insert into ratchet.execution_events (execution_id, type, message, time)
    select ${id}, type, 'said', now() - make_interval(days => ${age}) from unnest(array['log', 'state']) as type`);
  return id;
}
async function job(status: string): Promise<string> {
  const id = newId();
  await execute(
    sql`insert into ratchet.jobs (id, task_name, status, priority, created_by) values (${id}, 't', ${status}, 'normal', 'Una')`,
  );
  return id;
}
async function delivery(executionId: string, status: string, age: number): Promise<void> {
  await execute(sql`
    insert into ratchet.delivery_results (id, execution_id, destination_id, destination_name, task_name, status, max_attempts, updated_at)
    values (${newId()}, ${executionId}, ${newId()}, 'd', 't', ${status}, 3, now() - make_interval(days => ${age}))`);
}
const recording = (id: string, age: number) =>
  execute(
    sql`insert into ratchet.recordings (execution_id, har, seed, clock, created_at) values (${id}, '{}', 's', now(), now() - make_interval(days => ${age}))`,
  );
const ids = async (table: string, column = 'id') =>
  (await execute(sql`select ${sql.identifier(column)} as id from ratchet.${sql.identifier(table)}`)).rows.map((row) =>
    String((row as { id: string }).id),
  );

describe('a kept execution', () => {
  it('stays, with its log, recording and deliveries', async () => {
    const [kept, other] = [await execution(90), await execution(90)];
    for (const id of [kept, other]) {
      await recording(id, 90);
      await delivery(id, 'delivered', 90);
    }
    await execute(sql`update ratchet.executions set keep = true where id = ${kept}`);
    await tidy(database.db, week);
    expect(await ids('executions')).toEqual([kept]);
    expect(await ids('recordings', 'execution_id')).toEqual([kept]);
    expect(await ids('delivery_results', 'execution_id')).toEqual([kept]);
    expect(await ids('execution_events', 'execution_id')).toEqual([kept, kept]);
  });
});

describe('executions', () => {
  it('go when they ended long enough ago and nothing needs them', async () => {
    await execution(8);
    await execution(30, { status: 'failed' });
    const kept = [
      await execution(6),
      await execution(30, { ended: 1 }),
      await execution(30, { status: 'running' }),
      await execution(30, { status: 'pending' }),
    ];
    const delivering = await execution(30);
    await delivery(delivering, 'pending', 30);
    const delivered = await execution(30);
    await delivery(delivered, 'delivered', 1);
    const retried = await execution(30, { status: 'failed', jobId: await job('retrying') });
    await execution(30, { status: 'failed', jobId: await job('failed') });
    const named = await execution(30);
    await execute(
      sql`insert into ratchet.results (id, name, execution_id, content, created_by) values (${newId()}, 'r', ${named}, '1', 'Una')`,
    );
    const cached = await execution(30);
    await execute(
      sql`insert into ratchet.result_cache (key, task_id, execution_id, expires_at) values ('k', ${newId()}, ${cached}, now() + interval '1 day')`,
    );
    const original = await execution(30);
    const replayed = await execution(1, { replayOf: original });
    const gone = await tidy(database.db, week);
    expect(new Set(await ids('executions'))).toEqual(
      new Set([...kept, delivering, retried, named, cached, original, replayed]),
    );
    expect(gone).toMatchObject({ executions: 4, logs: 9, deliveries: 0 });
    expect((await ids('execution_events', 'execution_id')).every((id) => id !== delivered)).toBe(true);
  });

  it('go in many batches, and none go where they are kept for ever', async () => {
    await execute(sql`
      insert into ratchet.executions (id, task_name, task_version, task_revision, status, triggered_by, queued_at, finished_at)
      select gen_random_uuid(), 't', '1.0.0', 1, 'completed', 'Una', now() - interval '40 days', now() - interval '40 days' from generate_series(1, 1201)`);
    expect(await tidy(database.db, forever)).toMatchObject({ executions: 0 });
    const stopped = new AbortController();
    stopped.abort();
    expect(await tidy(database.db, week, stopped.signal)).toMatchObject({ executions: 0 });
    const both = await Promise.all([tidy(database.db, week), tidy(database.db, week)]);
    expect(both.reduce((sum, { executions }) => sum + executions, 0)).toBe(1201);
  });

  it('lose their logs and recordings before, but keep what states they went through', async () => {
    const old = await execution(10);
    const running = await execution(10, { status: 'running' });
    const played = await execution(10);
    const playing = await execution(0, { status: 'running', replayOf: played });
    await recording(old, 10);
    await recording(played, 10);
    const gone = await tidy(database.db, { ...forever, logs: 5, recordings: 5 });
    expect(gone).toEqual({ executions: 0, logs: 2, recordings: 1, deliveries: 0, blobs: 0 });
    const { rows } = await execute(
      sql`select execution_id, type from ratchet.execution_events where execution_id in (${old}, ${running}) order by 1, 2`,
    );
    expect(rows).toHaveLength(3);
    expect(await ids('recordings', 'execution_id')).toEqual([played]);
    await execute(sql`update ratchet.executions set status = 'completed' where id = ${playing}`);
    await tidy(database.db, { ...forever, recordings: 5 });
    expect(await ids('recordings', 'execution_id')).toEqual([]);
  });

  it('leave deliveries that go on, and lose those that came to their end', async () => {
    const one = await execution(1);
    const two = await execution(1);
    await delivery(one, 'failed', 10);
    await delivery(two, 'delivering', 10);
    expect(await tidy(database.db, week)).toMatchObject({ deliveries: 1 });
    expect(await ids('delivery_results', 'execution_id')).toEqual([two]);
  });
});

const put = (...digests: string[]) =>
  database.transaction((tx) =>
    putBlobs(
      tx,
      digests.map((digest) => ({ digest, bytes: Buffer.from(digest) })),
    ),
  );
const age = (days: number) =>
  execute(
    sql`update ratchet.blobs set created_at = created_at - make_interval(secs => ${days * 86_400}), unreferenced_since = unreferenced_since - make_interval(secs => ${days * 86_400})`,
  );
const digests = async () => new Set(await ids('blobs', 'digest'));

async function repository(): Promise<string> {
  const id = newId();
  await execute(sql`
    insert into ratchet.repositories (id, name, repository_type, uri, watch_patterns, ignore_patterns, push_policy, conflict_policy, metadata)
    values (${id}, ${id}, 'filesystem', '/x', '[]', '[]', '{}', 'manual', '{}')`);
  return id;
}
/** Rows that name one digest each, in every column there is. */
async function nameEverywhere(): Promise<string[]> {
  const at = await repository();
  const tree = (digest: string) =>
    JSON.stringify({
      'a/main.js': [digest, '100644'],
      [`${digest}.txt`]: [`${digest} too`, '100755'],
    } satisfies StoredTree);
  const document = (digest: string) =>
    JSON.stringify([
      { path: 'a', taskId: null, tree: null },
      { path: 'b', taskId: null, tree: JSON.parse(tree(digest)) },
    ]);
  const task = newId();
  await execute(sql`
    insert into ratchet.tasks (id, uuid, name, version, metadata, source_code, source_type, storage_type, entry, problems, tree, checksum, revision, sync_status, push_status, created_from, deleted_at)
    values (${task}, 'u', 't', '1.0.0', '{}', '', 'javascript', 'folder', 'main.js', '[]', ${tree('tasks.tree')}, '', 1, 'synced', 'not_required', 'api', now())`);
  await execute(sql`
    insert into ratchet.task_versions (task_id, revision, version, entry, tree, checksum, changed_by, change_source)
    values (${task}, 1, '1.0.0', 'main.js', ${tree('task_versions.tree')}, '', 'Una', 'api')`);
  await execute(
    sql`insert into ratchet.sync_bases (repository_id, path, tree, checksum, remote_token) values (${at}, 'a', ${tree('sync_bases.tree')}, '', '')`,
  );
  await execute(sql`
    insert into ratchet.conflicts (id, repository_id, path, conflict_type, base_tree, local_tree, remote_tree, status)
    values (${newId()}, ${at}, 'a', 'both_modified', ${tree('conflicts.base_tree')}, ${tree('conflicts.local_tree')}, ${tree('conflicts.remote_tree')}, 'resolved'),
           (${newId()}, ${at}, 'b', 'no_base', null, 'null', null, 'open')`);
  await execute(sql`
    insert into ratchet.pull_requests (id, repository_id, status, branch, base_branch, title, documents, created_by)
    values (${newId()}, ${at}, 'closed', 'b', 'main', 't', ${document('pull_requests.documents')}, 'Una')`);
  await execute(sql`
    insert into ratchet.push_intents (id, repository_id, status, token, documents, fence)
    values (${newId()}, ${at}, 'confirmed', 't', ${document('push_intents.documents')}, 1)`);
  const spec = newId();
  await execute(sql`
    insert into ratchet.specs (id, repository_id, repository_path, folder, archived, title, status, design_sections, tasks, deltas, problems, tree, checksum, revision, sync_status)
    values (${spec}, ${at}, 'openspec/changes/a', 'a', false, 'A', 'no_tasks', '[]', '[]', '[]', '[]', ${tree('specs.tree')}, '', 1, 'synced')`);
  await execute(sql`
    insert into ratchet.spec_versions (spec_id, revision, repository_path, tree, checksum, changed_by, change_source)
    values (${spec}, 1, 'openspec/changes/a', ${tree('spec_versions.tree')}, '', 'Una', 'api')`);
  const named = [...treeColumns.tree, ...treeColumns.documents].map(([table, column]) => `${table}.${column}`);
  return named.flatMap((digest) => [digest, `${digest} too`]);
}

describe('contents', () => {
  it('stay while anything names them, however old, and go days after nothing does', async () => {
    const named = await nameEverywhere();
    await put(...named, 'lost', 'lost too');
    await age(100);
    expect(await tidy(database.db, week)).toMatchObject({ blobs: 0 });
    expect(await digests()).toEqual(new Set([...named, 'lost', 'lost too']));
    await age(6);
    expect(await tidy(database.db, week)).toMatchObject({ blobs: 0 });
    await age(2);
    expect(await tidy(database.db, week)).toMatchObject({ blobs: 2 });
    expect(await digests()).toEqual(new Set(named));
    await age(1000);
    await tidy(database.db, week);
    await age(1000);
    await tidy(database.db, week);
    expect(await digests()).toEqual(new Set(named));
  });

  it('are looked for in every column that could name them', async () => {
    const { rows } = await execute(sql`
      select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'ratchet' and data_type in ('jsonb') order by 1`);
    const others = [
      'batch_items.error',
      'delivery_results.history',
      'executions.error',
      'nodes.load',
      'push_requests.documents',
      'repositories.ignore_patterns',
      'repositories.metadata',
      'repositories.push_policy',
      'repositories.seen_problems',
      'repositories.watch_patterns',
      'spec_syncs.files_changed',
      'sync_runs.problems',
      'tasks.input_schema',
      'tasks.metadata',
      'tasks.output_schema',
      'tasks.problems',
    ];
    const known = new Set([
      ...others,
      ...[...treeColumns.tree, ...treeColumns.documents].map((place) => place.join('.')),
    ]);
    // A column that holds a tree belongs in `treeColumns`, else its contents are collected; another one in the list above.
    expect(
      rows
        .map((row) => (row as { name: string }).name)
        .filter((name) => !known.has(name) && /tree|document|file|content|manifest/.test(name)),
    ).toEqual([]);
    for (const [table, column] of [...treeColumns.tree, ...treeColumns.documents])
      expect(rows).toContainEqual({ name: `${table}.${column}` });
  });

  it('of a writer that has not yet stored its tree are left alone', async () => {
    await put('fresh');
    await tidy(database.db, week);
    await age(0.5);
    await tidy(database.db, week);
    const { rows } = await execute(sql`select digest from ratchet.blobs where unreferenced_since is null`);
    expect(rows).toEqual([{ digest: 'fresh' }]);
  });

  it('that are stored again lose their mark', async () => {
    await put('again', 'gone');
    await age(10);
    await markBlobs(database.db, 100);
    await age(10);
    await put('again');
    await collectBlobs(database.db, 7, 100);
    expect(await digests()).toEqual(new Set(['again']));
  });

  it('that a tree names again without being stored again lose their mark, and are not collected in between', async () => {
    await put('tasks.tree', 'tasks.tree too', 'other');
    await age(10);
    await markBlobs(database.db, 100);
    await age(10);
    await nameEverywhere();
    expect(await collectBlobs(database.db, 7, 100)).toBe(1);
    expect(await unmarkBlobs(database.db)).toBe(2);
    expect(await digests()).toEqual(new Set(['tasks.tree', 'tasks.tree too']));
  });

  it('that a transaction stores again while they are collected are kept', async (context) => {
    context.skip(database.mode === 'embedded', 'Embedded, there is one session, and nothing at the same time.');
    await put('held', 'free');
    await age(10);
    await markBlobs(database.db, 100);
    await age(10);
    const [stored, waits] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const writing = database.transaction(async (tx) => {
      await putBlobs(tx, [{ digest: 'held', bytes: Buffer.from('held') }]);
      stored.resolve();
      await waits.promise;
    });
    await stored.promise;
    const collecting = collectBlobs(database.db, 7, 100);
    const blocked = async () =>
      (
        await execute(
          sql`select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%with named as materialized%' and pid <> pg_backend_pid()`,
        )
      ).rows.length;
    await expect.poll(blocked, { timeout: 30_000 }).toBe(1);
    waits.resolve();
    await writing;
    expect(await collecting).toBe(1);
    expect(await digests()).toEqual(new Set(['held']));
  });
});
