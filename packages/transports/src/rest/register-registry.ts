import type { Caller } from '@ratchet/contract/dispatcher';
import { RegistryChanges, type RegistryIndex } from '@ratchet/contract/entities/registry';
import { RatchetError } from '@ratchet/contract/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What is served as a registry: one repository by name, or all, each below its name (null); to each caller what is theirs. */
export interface Registry {
  headOf(repository: string | null, caller: Caller): Promise<string>;
  index(repository: string | null, caller: Caller): Promise<RegistryIndex>;
  file(repository: string | null, path: string, caller: Caller): Promise<{ bytes: Uint8Array; digest: string }>;
  write(
    repository: string | null,
    path: string,
    bytes: Uint8Array | null,
    condition: { ifMatch?: readonly string[] | '*'; ifNoneMatch?: boolean },
    caller: Caller,
  ): Promise<{ created: boolean; digest: string | null }>;
  change(
    repository: string | null,
    /** Read when the caller may: who may not learns nothing of what is wrong with them. */
    changes: () => RegistryChanges,
    caller: Caller,
  ): Promise<{ head: string; files: RegistryIndex['files'] }>;
}

export interface RegistryOptions {
  readonly registry: Registry;
  readonly prefix: string;
  readonly callerOf: (request: FastifyRequest, surface: 'rest') => Promise<Caller>;
  /** Bytes of a set of changes, at most. */
  readonly bodyLimit?: number;
}

const indexNames = new Set(['index.json', '.ratchet/index.json']);
const changesName = '.ratchet/changes';

/**
 * The HTTP registry that other servers keep in step with: `<prefix>/registry/index.json` lists the files of every
 * repository below its name, and files stand below `<prefix>/registry/`. Ahead of `@`, as in
 * `<prefix>/registry/@name/index.json`, stands one repository's own registry. REST alone serves it: it is a protocol of
 * files, with ETags and conditions, and no operation.
 */
export function registerRegistry(
  app: FastifyInstance,
  { registry, prefix, callerOf, bodyLimit }: RegistryOptions,
): void {
  const base = `${prefix}/registry`;
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes));
    const limit = bodyLimit ?? 256 * 1024 * 1024;
    scope.route({
      method: ['GET', 'HEAD'],
      url: `${base}/*`,
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const caller = await callerOf(request, 'rest');
        const { repository, path } = placeOf(request);
        return indexNames.has(path)
          ? sendIndex(registry, repository, caller, request, reply)
          : sendFile(registry, repository, path, caller, request, reply);
      },
    });
    scope.route({
      method: ['PUT', 'DELETE'],
      url: `${base}/*`,
      bodyLimit: limit,
      handler: async (request, reply) => {
        const caller = await callerOf(request, 'rest');
        const { repository, path } = placeOf(request);
        if (path.startsWith('.ratchet/') || path === 'index.json')
          throw new RatchetError('METHOD_NOT_ALLOWED', 'The index is made of the files; write those.');
        const bytes = request.method === 'PUT' ? ((request.body as Buffer | undefined) ?? Buffer.alloc(0)) : null;
        const { created, digest } = await registry.write(repository, path, bytes, conditionOf(request), caller);
        if (digest) reply.header('etag', `"${digest}"`);
        return reply.status(created ? 201 : 204).send();
      },
    });
    scope.post(`${base}/*`, { bodyLimit: limit }, async (request, reply) => {
      const caller = await callerOf(request, 'rest');
      const { repository, path } = placeOf(request);
      if (path !== changesName)
        throw new RatchetError('METHOD_NOT_ALLOWED', `POST is possible at ${changesName} only.`);
      return reply.send(await registry.change(repository, () => changesIn(request.body), caller));
    });
  });
}

/** `@name/…` is one repository's. */
function placeOf(request: FastifyRequest): { repository: string | null; path: string } {
  const path = (request.params as { '*': string })['*'];
  const own = /^@([^/]+)\/(.+)$/.exec(path);
  return own ? { repository: own[1] as string, path: own[2] as string } : { repository: null, path };
}

async function sendIndex(
  registry: Registry,
  repository: string | null,
  caller: Caller,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const etag = `"${await registry.headOf(repository, caller)}"`;
  reply.header('etag', etag).header('cache-control', 'no-cache');
  if (matches(request.headers['if-none-match'], etag)) return reply.status(304).send();
  const index = await registry.index(repository, caller);
  return reply.header('etag', `"${index.head}"`).send(index);
}

async function sendFile(
  registry: Registry,
  repository: string | null,
  path: string,
  caller: Caller,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { bytes, digest } = await registry.file(repository, path, caller);
  const etag = `"${digest}"`;
  reply.header('etag', etag).header('cache-control', 'no-cache');
  if (matches(request.headers['if-none-match'], etag)) return reply.status(304).send();
  return reply
    .type('application/octet-stream')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .send(Buffer.from(bytes));
}

const tags = (header: string): string[] => header.split(',').map((tag) => tag.trim());
const matches = (header: string | undefined, etag: string): boolean =>
  header !== undefined && tags(header).some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag);

function conditionOf(request: FastifyRequest): { ifMatch?: readonly string[] | '*'; ifNoneMatch?: boolean } {
  const { 'if-match': match, 'if-none-match': none } = request.headers;
  if (none !== undefined && none.trim() !== '*')
    throw new RatchetError('VALIDATION_FAILED', 'A write takes If-None-Match: * only.');
  return {
    ...(match === undefined
      ? {}
      : { ifMatch: match.trim() === '*' ? ('*' as const) : tags(match).map((tag) => tag.replace(/^"|"$/g, '')) }),
    ...(none === undefined ? {} : { ifNoneMatch: true }),
  };
}

function changesIn(body: unknown): RegistryChanges {
  let value: unknown;
  try {
    value = JSON.parse((body as Buffer | undefined)?.toString('utf8') ?? '');
  } catch (cause) {
    throw new RatchetError('VALIDATION_FAILED', 'The body is not JSON.', undefined, { cause });
  }
  const read = RegistryChanges.safeParse(value);
  if (read.success) return read.data;
  const issues = read.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  throw new RatchetError('VALIDATION_FAILED', issues.map((i) => `${i.path}: ${i.message}`).join(' '), issues);
}
