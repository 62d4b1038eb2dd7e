import type { Client } from '@ratchet/client/create-client';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { client } from './client.ts';

type Entity = keyof Client;
/** Operations that answer once, by entity. */
type Call<E extends Entity> = {
  [N in keyof Client[E]]: Client[E][N] extends (...args: never[]) => Promise<unknown> ? N : never;
}[keyof Client[E]];
type Args<E extends Entity, N extends Call<E>> = Client[E][N] extends (...args: infer A) => unknown ? A : never;
export type InputOf<E extends Entity, N extends Call<E>> = NonNullable<Args<E, N>[0]>;
export type OutputOf<E extends Entity, N extends Call<E>> = Client[E][N] extends (...args: never[]) => Promise<infer O>
  ? O
  : never;

type Method = (input?: unknown, options?: { signal?: AbortSignal }) => Promise<unknown>;
const methodOf = (entity: Entity, name: PropertyKey): Method =>
  (client[entity] as unknown as Record<PropertyKey, Method>)[name] as Method;

/**
 * What an operation answers, as options for useQuery. Its key is `[entity, name, input]`, so that everything of an entity
 * can be told to be out of date at once.
 */
export const read = <E extends Entity, const N extends Call<E> & string>(entity: E, name: N, input: InputOf<E, N>) =>
  queryOptions({
    queryKey: [entity, name, input] as const,
    queryFn: ({ signal }) => methodOf(entity, name)(input, { signal }) as Promise<OutputOf<E, N>>,
  });

interface AnyPage {
  readonly items: readonly unknown[];
  readonly meta: { readonly nextCursor: string | null; readonly total: number };
}
/** Lists, which answer pages. */
export type ListOf<E extends Entity> = { [N in Call<E>]: OutputOf<E, N> extends AnyPage ? N : never }[Call<E>];

/** A list page after page by its cursor, as options for useInfiniteQuery; `pages.flatMap(p => p.items)` are its rows. */
export const readAll = <E extends Entity, const N extends ListOf<E> & string>(
  entity: E,
  name: N,
  input: InputOf<E, N>,
) =>
  infiniteQueryOptions({
    queryKey: [entity, name, 'pages', input] as const,
    queryFn: ({ signal, pageParam }) =>
      methodOf(entity, name)(
        { limit: 100, ...(input as object), ...(pageParam === null ? {} : { cursor: pageParam }) },
        { signal },
      ) as Promise<OutputOf<E, N>>,
    initialPageParam: null as string | null,
    getNextPageParam: (last) => (last as unknown as AnyPage).meta.nextCursor,
  });
