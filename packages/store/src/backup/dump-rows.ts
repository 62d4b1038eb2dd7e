import type { Hash } from 'node:crypto';
import type pg from 'pg';
import { quoted } from './catalog.ts';

type Columns = readonly { readonly name: string; readonly type: string }[];

/** Characters that are held at once, roughly. */
const heldAtOnce = 8 * 1024 * 1024;
const mostRows = 1000;

/**
 * How rows are written as text: PostgreSQL's own, which it reads back to the same value, whatever the session was set to.
 * For the transaction that reads them, or writes them.
 */
export const exactText = `set local datestyle = 'ISO, YMD'; set local timezone = 'UTC'; set local intervalstyle = 'postgres';
  set local extra_float_digits = 1; set local bytea_output = 'hex'`;

/**
 * The rows of a table as lines, each a JSON array of texts and nulls. Few are held at once, however large they are. The
 * client is in a transaction.
 */
export async function* dumpTable(
  client: pg.ClientBase,
  { name, columns }: { readonly name: string; readonly columns: Columns },
): AsyncGenerator<{ text: string; rows: number }> {
  const table = `ratchet.${quoted(name)}`;
  const texts = columns.map((column) => `${quoted(column.name)}::text`).join(', ');
  yield* dumpQuery(client, `select ${texts} from ${table}`, await rowsAtOnce(client, table, columns));
}

/** The same for any statement whose columns are all text. */
export async function* dumpQuery(
  client: pg.ClientBase,
  statement: string,
  atOnce: number = mostRows,
): AsyncGenerator<{ text: string; rows: number }> {
  await client.query(`declare backed_up no scroll cursor for ${statement}`);
  for (;;) {
    const { rows } = await client.query<(string | null)[]>({
      text: `fetch ${atOnce} from backed_up`,
      rowMode: 'array',
    });
    if (rows.length === 0) break;
    yield { text: rows.map((row) => `${JSON.stringify(row)}\n`).join(''), rows: rows.length };
  }
  await client.query('close backed_up');
}

/** Counts and digests what passes. */
export async function* counted(
  source: AsyncIterable<{ text: string; rows: number }>,
  hash: Hash,
  told: (rows: number) => void,
): AsyncGenerator<Buffer> {
  for await (const { text, rows } of source) {
    const bytes = Buffer.from(text);
    hash.update(bytes);
    told(rows);
    yield bytes;
  }
}

/** So many rows that even the largest ones fit. The length of a value is known without reading it. */
async function rowsAtOnce(client: pg.ClientBase, table: string, columns: Columns): Promise<number> {
  const long = columns.filter(({ type }) => ['text', 'bytea', 'json', 'jsonb'].includes(type));
  if (long.length === 0) return mostRows;
  const lengths = long.map(({ name, type }) => {
    // Hexadecimal doubles it; what is stored of JSON is compressed.
    if (type === 'bytea') return `2 * coalesce(octet_length(${quoted(name)}), 0)`;
    return type === 'text'
      ? `coalesce(octet_length(${quoted(name)}), 0)`
      : `4 * coalesce(pg_column_size(${quoted(name)}), 0)`;
  });
  const { rows } = await client.query<{ largest: string | null }>(
    `select max(${lengths.map((length) => `(${length})::bigint`).join(' + ')})::text as largest from ${table}`,
  );
  const largest = Math.max(1, Number(rows[0]?.largest ?? 0));
  return Math.max(1, Math.min(mostRows, Math.floor(heldAtOnce / largest)));
}
