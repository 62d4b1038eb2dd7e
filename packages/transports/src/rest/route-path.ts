import type { Operation } from '@ratchet/contract/operation';
import type { FastifyInstance } from 'fastify';

/** Characters between two slashes, at most, where an address has a member of the input. */
export const longestPart = 4096;

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

/** Which methods an address knows, over every route that is put on the application from now on. */
export function watchRoutes(app: FastifyInstance): (path: string) => string[] {
  const routes: { methods: readonly string[]; pattern: RegExp }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    // The web page's, which is at every address that nobody else has.
    if (url === '/*') return;
    const pattern = url
      .replace(/[.^$()|[\]\\+?]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/:\w+/g, '[^/]+');
    routes.push({ methods: [method].flat(), pattern: new RegExp(`^${pattern}/?$`) });
  });
  return (path) => {
    const methods = routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods);
    return methods.length === 0 ? [] : [...new Set([...methods, 'OPTIONS'])];
  };
}
