/** Where the focus goes from a row by a key; null for a key that does not move it. */
export function moveRow(key: string, at: number, count: number, page: number): number | null {
  if (count === 0) return null;
  const to = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  }[key];
  return to === undefined ? null : Math.max(0, Math.min(count - 1, to));
}

/**
 * The selection after a row was chosen: it alone changes, or, with `anchor`, all from there to it become what it becomes. What
 * is selected and not in `keys` (on other pages) stays.
 */
export function selectRow(
  { keys, selected }: { keys: readonly string[]; selected: ReadonlySet<string> },
  at: number,
  anchor: number | null,
): ReadonlySet<string> {
  const key = keys[at];
  if (key === undefined) return selected;
  const next = new Set(selected);
  const on = !selected.has(key);
  const from = anchor === null ? at : Math.min(anchor, keys.length - 1);
  for (const each of keys.slice(Math.min(from, at), Math.max(from, at) + 1))
    if (on) next.add(each);
    else next.delete(each);
  return next;
}

/** All of `keys` or none of them; what else is selected stays. */
export function selectAll(keys: readonly string[], selected: ReadonlySet<string>): ReadonlySet<string> {
  const every = keys.every((key) => selected.has(key));
  const next = new Set(selected);
  for (const key of keys)
    if (every) next.delete(key);
    else next.add(key);
  return next;
}

/** One level of an order, as lists of the contract take it. */
export interface Sort {
  readonly field: string;
  readonly order: 'asc' | 'desc';
}

/** What a press on a header asks for: ascending first, then the other way round. */
export const nextSort = (field: string, sort: Sort | undefined): Sort => ({
  field,
  order: sort?.field === field && sort.order === 'asc' ? 'desc' : 'asc',
});
