import { sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { readRow } from '../rows.ts';
import { tasks } from '../schema/content.ts';
import type { StoredPushPolicy } from '../schema/repositories.ts';
import type { TaskRow } from './documents.ts';

/** What of its repository is shown with a task. */
export interface ShownRepository {
  readonly id: string;
  readonly name: string;
  readonly repositoryType: 'filesystem' | 'git' | 'http' | 'zip';
  readonly branch: string | null;
  readonly isWritable: boolean;
  readonly unreachable: boolean;
  readonly pushOnChange: boolean;
  readonly pushPolicy: StoredPushPolicy;
}

/** A task with all that is shown of it. */
export interface WholeTask {
  readonly row: TaskRow;
  readonly repository: ShownRepository | null;
  /** Bytes of each file, by digest. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Its test files, by path. */
  readonly tests: readonly { readonly path: string; readonly text: string }[];
  /** Of all that share its uuid. */
  readonly versions: readonly string[];
}

/** Living tasks of some ids, each whole, in one statement. */
export async function wholeTasks(db: Queryable, ids: readonly string[]): Promise<Map<string, WholeTask>> {
  const { rows } = await db.execute(sql`
    select t.*,
      (select json_object_agg(b.digest, b.size) from ratchet.blobs b
       where b.digest in (select f.value ->> 0 from jsonb_each(t.tree) f)) as sizes,
      (select json_agg(json_build_object('path', f.key, 'bytes', encode(b.bytes, 'base64')) order by f.key collate "C")
       from jsonb_each(t.tree) f join ratchet.blobs b on b.digest = f.value ->> 0
       where f.key ~* '^tests/.*\\.json$') as tests,
      (select json_agg(distinct v.version) from ratchet.tasks v where v.uuid = t.uuid and v.deleted_at is null) as versions,
      (select json_build_object('id', r.id, 'name', r.name, 'repositoryType', r.repository_type, 'branch', r.branch,
         'isWritable', r.is_writable, 'unreachable', r.unreachable_since is not null, 'pushOnChange', r.push_on_change,
         'pushPolicy', r.push_policy)
       from ratchet.repositories r where r.id = t.repository_id) as repository
    from ratchet.tasks t where t.id = any(${sql.param(ids)}::uuid[]) and t.deleted_at is null`);
  return new Map((rows as unknown as Raw[]).map((raw) => [raw.id, wholeOf(raw)]));
}

type Raw = Record<string, unknown> & {
  readonly id: string;
  readonly sizes: Record<string, number> | null;
  readonly tests: { path: string; bytes: string }[] | null;
  readonly versions: string[] | null;
  readonly repository: ShownRepository | null;
};

function wholeOf({ sizes, tests, versions, repository, ...raw }: Raw): WholeTask {
  return {
    row: readRow(tasks, raw),
    repository,
    sizes: new Map(Object.entries(sizes ?? {})),
    tests: (tests ?? []).map(({ path, bytes }) => ({ path, text: Buffer.from(bytes, 'base64').toString('utf8') })),
    versions: versions ?? [],
  };
}
