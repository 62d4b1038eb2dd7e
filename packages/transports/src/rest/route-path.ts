import type { Operation } from '@ratchet/contract/operation';

/** Members of the input that stand in a path, in order. */
export const pathMembers = (path: string): string[] =>
  [...path.matchAll(/\{(\w+)\+?\}/g)].map((match) => match[1] as string);

/** `{member}` in Fastify's notation; `{member+}` spans slashes and stands last. */
export const routePath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1').replace(/\{\w+\+\}/g, '*');

/** Where an operation is served. */
export const servedAt = (operation: Operation, path: string, prefix: string): string =>
  operation.unversioned ? path : `${prefix}${path}`;

/** Every route of an operation. */
export const routesOf = (operation: Operation) => [operation.rest, ...(operation.restAliases ?? [])];

/** Which methods an address knows, over all operations. */
export function methodsAt(operations: readonly Operation[], prefix: string): (path: string) => string[] {
  const routes = operations.flatMap((operation) =>
    routesOf(operation).map(([method, path]) => {
      const pattern = servedAt(operation, path, prefix)
        .replace(/[.*^$()|[\]\\]/g, '\\$&')
        .replace(/\{\w+\+\}/g, '.+')
        .replace(/\{\w+\}/g, '[^/]+');
      return { method, pattern: new RegExp(`^${pattern}/?$`) };
    }),
  );
  return (path) => [...new Set(routes.filter((route) => route.pattern.test(path)).map((route) => route.method))];
}
