import type pg from 'pg';

export interface CatalogTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Tables that its rows refer to. */
  readonly refersTo: readonly string[];
}

/** Which migrations were applied is said by the manifest, and written by those who apply them. */
const notData = ['migrations'];

/** The tables of the schema `ratchet`, those that are referred to before those that refer to them. */
export async function tablesOf(client: pg.ClientBase): Promise<CatalogTable[]> {
  const { rows } = await client.query<{ name: string; columns: CatalogTable['columns']; refersTo: string[] }>(
    `select c.relname as name,
            (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum)
             from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
            coalesce((select json_agg(distinct other.relname) from pg_constraint r join pg_class other on other.oid = r.confrelid
             where r.conrelid = c.oid and r.contype = 'f' and r.confrelid <> c.oid), '[]') as "refersTo"
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'ratchet' and c.relkind = 'r' and c.relname <> all($1)
     order by c.relname`,
    [notData],
  );
  return inOrder(rows);
}

/** Throws where tables refer to each other in a circle: no order of inserts would do. */
export function inOrder(tables: readonly CatalogTable[]): CatalogTable[] {
  const left = new Map(tables.map((table) => [table.name, table]));
  const ordered: CatalogTable[] = [];
  while (left.size > 0) {
    const free = [...left.values()].filter(({ refersTo }) => !refersTo.some((name) => left.has(name)));
    if (free.length === 0) throw new Error(`Tables refer to each other in a circle: ${[...left.keys()].join(', ')}.`);
    for (const table of free) left.delete(table.name);
    ordered.push(...free);
  }
  return ordered;
}

/** Counters, with where they stand. */
export async function sequencesOf(
  client: pg.ClientBase,
): Promise<{ name: string; lastValue: string; called: boolean }[]> {
  const { rows } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'ratchet' and c.relkind = 'S' and c.relname not like 'migrations%' order by 1`,
  );
  const found = [];
  for (const { name } of rows) {
    const { rows: at } = await client.query<{ lastValue: string; called: boolean }>(
      `select last_value::text as "lastValue", is_called as called from ratchet.${quoted(name)}`,
    );
    if (at[0]) found.push({ name, ...at[0] });
  }
  return found;
}

/** Whether the schema is there at all. */
export async function hasSchema(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('ratchet.migrations') is not null as there`,
  );
  return rows[0]?.there === true;
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
