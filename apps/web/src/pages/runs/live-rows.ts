/** Rows of a list that was read page by page, as useInfiniteQuery keeps them. */
export interface LoadedPages<Row> {
  readonly pages: readonly {
    readonly items: readonly Row[];
    readonly meta: { readonly total: number; readonly nextCursor: string | null };
  }[];
  readonly pageParams: readonly unknown[];
}

export interface News<Row> {
  /** Rows as they are now, by id. */
  readonly changed: ReadonlyMap<string, Row>;
  /** Rows that no longer belong in the list. */
  readonly gone: ReadonlySet<string>;
  /** The first rows of the list as it is now; those that are not loaded yet go in front. */
  readonly newest: readonly Row[];
  readonly total: number | null;
}

/**
 * Brings a loaded list up to date without reading it anew. Pages of which no row changed stay the same objects, so that a long
 * list costs no more than what changed in it.
 */
export function mergeNews<Row extends { readonly id: string }, D extends LoadedPages<Row>>(
  data: D,
  { changed, gone, newest, total }: News<Row>,
): D {
  const fresh = new Map(newest.map((row) => [row.id, row]));
  const seen = new Set<string>();
  const latest = new Map([...changed, ...fresh]);
  let any = false;
  const pages = data.pages.map((page) => {
    let touched = false;
    const items: Row[] = [];
    for (const row of page.items) {
      if (fresh.has(row.id)) seen.add(row.id);
      if (gone.has(row.id)) {
        touched = true;
        continue;
      }
      const next = latest.get(row.id) ?? row;
      if (next !== row) touched = true;
      items.push(next);
    }
    any ||= touched;
    return touched ? { ...page, items } : page;
  });
  const [first] = pages;
  const added = newest.filter((row) => !seen.has(row.id) && !gone.has(row.id));
  if (first && (added.length > 0 || (total !== null && total !== first.meta.total))) {
    any = true;
    pages[0] = {
      ...first,
      items: added.length > 0 ? [...added, ...first.items] : first.items,
      meta: total === null ? first.meta : { ...first.meta, total },
    };
  }
  return any ? { ...data, pages } : data;
}
