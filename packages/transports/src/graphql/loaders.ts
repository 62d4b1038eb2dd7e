import type { Operation } from '@ratchet/contract/operation';
import type { Page } from '@ratchet/contract/paging';
import DataLoader from 'dataloader';
import { type Ask, call } from './ask.ts';

/** Rows of one list call, at most. */
const mostRows = 1000;

type Row = Readonly<Record<string, unknown>>;

function loader<V>(ask: Ask, name: string, load: (keys: readonly string[]) => Promise<V[]>): DataLoader<string, V> {
  const found = ask.loaders.get(name) ?? new DataLoader<string, unknown>(load, { maxBatchSize: mostRows });
  ask.loaders.set(name, found);
  return found as DataLoader<string, V>;
}

const rowsOf = async (ask: Ask, list: Operation, input: Record<string, unknown>): Promise<Page<Row>> =>
  (await call(ask, list, input)) as Page<Row>;

const within = (field: string, ids: readonly string[]) => [{ field, op: 'eq', value: [...ids] }];

/** The row with this id; null where there is none, or none that the caller may see. Many are one call. */
export function one(ask: Ask, list: Operation, id: unknown): Promise<unknown> | null {
  if (typeof id !== 'string') return null;
  return loader(ask, `one of ${list.name}`, async (ids) => {
    const { items } = await rowsOf(ask, list, { filters: within('id', ids), limit: ids.length });
    const found = new Map(items.map((item) => [item.id, item]));
    return ids.map((key) => found.get(key) ?? null);
  }).load(id);
}

/**
 * The first `limit` rows whose `field` is this id. Many are one call where the rows of all fit into one page; the list's
 * order is the same for all of them, so who has `limit` rows in that page has its first ones, and only the others are
 * asked for again.
 */
export function many(ask: Ask, list: Operation, field: string, id: unknown, limit: number): Promise<unknown[]> {
  if (typeof id !== 'string') return Promise.resolve([]);
  return loader(ask, `many of ${list.name} by ${field}, ${limit}`, async (ids) => {
    const size = Math.min(mostRows, ids.length * limit);
    const { items, meta } = await rowsOf(ask, list, { filters: within(field, ids), limit: size });
    const groups = Map.groupBy(items, (item) => item[field]);
    return Promise.all(
      ids.map(async (key) => {
        const rows = groups.get(key) ?? [];
        if (rows.length >= limit || meta.total <= items.length || ids.length === 1) return rows.slice(0, limit);
        return (await rowsOf(ask, list, { filters: within(field, [key]), limit })).items;
      }),
    );
  }).load(id);
}

/** What an operation answers for one thing, asked for once however often it is wanted. */
export function each(ask: Ask, operation: Operation, input: Record<string, unknown>): Promise<unknown> {
  const key = JSON.stringify(input);
  return loader(ask, `each of ${operation.name}`, (keys) =>
    Promise.all(keys.map((text) => call(ask, operation, JSON.parse(text)).catch((error: Error) => error))),
  ).load(key);
}
