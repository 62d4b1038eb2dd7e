import type { Execution } from '@ratchet/contract/entities/execution';
import type { Job } from '@ratchet/contract/entities/job';
import { RatchetError } from '@ratchet/contract/errors';
import type { PageMeta } from '@ratchet/contract/paging';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { client } from '../../api/client.ts';
import { useLive, useLiveState } from '../../api/live.ts';
import type { InputOf } from '../../api/queries.ts';
import { type LoadedPages, mergeNews, type News } from './live-rows.ts';

interface Rows {
  executions: Execution;
  jobs: Job;
}
export type RowsInput = InputOf<'executions', 'list'>;

/** Rows as somebody's act left them, so that the list need not be read anew. */
export interface Outcome<Row> {
  readonly changed?: readonly Row[];
  readonly gone?: readonly string[];
}

interface Calls<Row> {
  list(input: RowsInput, options?: { signal?: AbortSignal }): Promise<{ items: Row[]; meta: PageMeta }>;
  get(input: { id: string }): Promise<Row>;
}

const tickMs = 600;
/** Rows of one look at the top of the list. */
const newestCount = 100;
/** Rows further down that are read one by one in a tick; the others wait for the next one. */
const singly = 10;
const unwatchedMs = 10_000;

/**
 * A list of executions or jobs, page after page, kept up to date: what changed is put in its place not much more than once a
 * second, and what is new comes in front where the list is ordered by age. It is never read anew as a whole, which would
 * take as many requests as pages are loaded. `belongs` says whether a row still fits the filters.
 */
export function useLiveRows<E extends keyof Rows>(
  entity: E,
  input: RowsInput,
  { newestFirst, belongs }: { newestFirst: boolean; belongs: (row: Rows[E]) => boolean },
) {
  type Row = Rows[E];
  const queries = useQueryClient();
  const { list, get } = client[entity] as unknown as Calls<Row>;
  const key = useMemo(() => ['rows', entity, input] as const, [entity, input]);
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ signal, pageParam }) => list(pageParam === null ? input : { ...input, cursor: pageParam }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ meta }) => meta.nextCursor,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  const pages = query.data?.pages;
  const rows = useMemo(() => (pages ?? []).flatMap(({ items }) => items) as readonly Row[], [pages]);

  const take = useCallback(
    (news: Partial<News<Row>>) =>
      queries.setQueryData<LoadedPages<Row>>(key, (before) =>
        before === undefined
          ? before
          : mergeNews(before, { changed: new Map(), gone: new Set(), newest: [], total: null, ...news }),
      ),
    [queries, key],
  );
  const waiting = useRef(new Set<string>());
  useLive(entity === 'executions' ? 'executions' : null, ({ execution }) => void waiting.current.add(execution.id));
  useLive(entity === 'jobs' ? 'jobs' : null, ({ job }) => void waiting.current.add(job.id));

  const look = useRef<() => Promise<void>>(async () => undefined);
  look.current = async () => {
    const data = queries.getQueryData<LoadedPages<Row>>(key);
    if (!data) return;
    const ids = waiting.current;
    waiting.current = new Set();
    const top = newestFirst ? await list({ ...input, limit: newestCount }) : null;
    for (const { id } of top?.items ?? []) ids.delete(id);
    const loaded = data.pages.flatMap(({ items }) => items.filter(({ id }) => ids.has(id)).map(({ id }) => id));
    for (const id of loaded.slice(singly)) waiting.current.add(id);
    const gone = new Set<string>();
    const changed = new Map<string, Row>();
    await Promise.all(
      loaded.slice(0, singly).map(async (id) => {
        try {
          const row = await get({ id });
          if (belongs(row)) changed.set(id, row);
          else gone.add(id);
        } catch (error) {
          if (error instanceof RatchetError && error.code === 'NOT_FOUND') gone.add(id);
        }
      }),
    );
    take({ changed, gone, newest: top?.items ?? [], total: top?.meta.total ?? null });
  };
  const watched = useLiveState() === 'open';
  useEffect(() => {
    let busy = false;
    // What was loaded before and is shown again may be out of date.
    let next = queries.getQueryState(key)?.data === undefined ? Date.now() + unwatchedMs : 0;
    const timer = setInterval(async () => {
      const due = waiting.current.size > 0 || Date.now() > next;
      if (busy || !due || document.hidden) return;
      busy = true;
      next = watched ? Number.POSITIVE_INFINITY : Date.now() + unwatchedMs;
      try {
        await look.current();
      } catch {
        // What could not be read now is read with the next change.
      } finally {
        busy = false;
      }
    }, tickMs);
    return () => clearInterval(timer);
  }, [watched, queries, key]);

  const apply = useCallback(
    ({ changed = [], gone = [] }: Outcome<Row>) => {
      const before = queries.getQueryData<LoadedPages<Row>>(key)?.pages[0]?.meta.total;
      take({
        changed: new Map(changed.map((row) => [row.id, row])),
        gone: new Set(gone),
        total: before === undefined ? null : Math.max(0, before - gone.length),
      });
    },
    [queries, key, take],
  );
  return { query, rows, total: pages?.[0]?.meta.total, apply };
}
