import type { Database } from '@ratchet/store/database';
import { sql } from 'drizzle-orm';

/** Stores tasks as a sync would have: of 20 repositories, some edited since, some disabled, with tags. Answers one id. */
export async function addTasks(database: Database, count: number): Promise<string> {
  const source = `export default async (input) => input;\n// ${'x'.repeat(400)}\n`;
  await database.db.execute(sql`
    insert into ratchet.repositories (id, name, repository_type, uri, watch_patterns, ignore_patterns, push_policy, conflict_policy,
      metadata, sync_enabled)
    select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'repository ' || n, 'filesystem', '/nowhere/' || n, '[]', '[]',
      '{"branchStrategy":"direct","conflictStrategy":"merge","batchChanges":true,"maxBatchSize":100,"autoPush":false,"commitTemplate":null,"prTemplate":null}',
      'manual', '{}', false
    from generate_series(1, 20) n`);
  await database.db.execute(sql`
    insert into ratchet.blobs (digest, size, bytes) values ('0123', ${source.length}, convert_to(${source}, 'utf8')), ('4567', 20, '\\x7b7d')`);
  await database.db.execute(sql`
    insert into ratchet.tasks (id, uuid, name, description, version, tags, metadata, input_schema, output_schema, source_code, source_type,
      storage_type, entry, problems, tree, checksum, revision, repository_id, repository_path, sync_status, push_status, needs_push,
      enabled, created_from, created_at, updated_at)
    select gen_random_uuid(), gen_random_uuid()::text, 'task ' || n || ' ' || md5(n::text), 'does ' || md5((n * 7)::text), '1.' || n % 10 || '.0',
      array['tag' || n % 50, 'team' || n % 7], jsonb_build_object('name', 'task ' || n, 'version', '1.0.0', 'owner', md5(n::text)),
      '{"type":"object","properties":{"n":{"type":"number"}},"required":["n"]}', '{"type":"object"}', ${source}, 'javascript',
      'folder', 'main.js', '[]', '{"main.js":["0123","100644"],"metadata.json":["4567","100644"]}', md5(n::text), 1 + n % 5,
      ('00000000-0000-4000-8000-' || lpad((1 + n % 20)::text, 12, '0'))::uuid, 'group-' || n % 100 || '/t' || n,
      case when n % 10 = 0 then 'modified' else 'synced' end, 'not_required', n % 10 = 0, n % 20 <> 0, 'pull',
      now() - make_interval(secs => n), now() - make_interval(secs => (n * 7919) % 1000000)
    from generate_series(1, ${count}::int) n`);
  // A vacuum takes rows to be seen by everyone once their commit is on disk, which a server that does not wait for the disk
  // has to be told.
  await database.db.execute(sql`checkpoint`);
  await database.db.execute(sql`vacuum analyze ratchet.tasks`);
  const { rows } = await database.db.execute<{ id: string }>(sql`select id from ratchet.tasks limit 1 offset 500`);
  return rows[0]?.id ?? '';
}
