import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/**
 * What the next request meets instead of an answer: a status, silence, the end of the connection before an answer or within
 * one, or a redirect. `lost`: what it asks for is done, and the answer does not arrive. `slow`: the answer comes byte by
 * byte, `pauseMs` apart.
 */
export type HttpFault =
  | { readonly status: number }
  | 'stall'
  | 'die'
  | 'short'
  | 'lost'
  | { readonly slow: { readonly pauseMs: number } }
  | { readonly redirect: string; readonly status?: number };

export interface HttpFileServerOptions {
  readonly tags?: 'strong' | 'weak' | 'none';
  /**
   * `made`: with digests, out of the files. `tags`: with their ETags. `paths`: only their paths. `file`: whatever is at
   * index.json.
   */
  readonly index?: 'made' | 'tags' | 'paths' | 'file';
  /** Whether a set of changes is taken at `.ratchet/changes`, whole or not at all, and modes are kept. */
  readonly changes?: boolean;
  /** Whether an answer to PUT names the new ETag. */
  readonly tagsOnPut?: boolean;
  /** The value of `authorization` that lets in. */
  readonly authorization?: string;
  readonly writable?: boolean;
}

interface SentChanges {
  readonly parent: string | null;
  readonly files: readonly {
    readonly path: string;
    readonly before: string | null;
    readonly after: { readonly content: string; readonly mode: string } | null;
  }[];
}

export interface HttpFileServer {
  /** `http://127.0.0.1:port/registry/` */
  readonly url: string;
  readonly files: Map<string, Buffer>;
  /** What was asked, in order: `METHOD path`. */
  readonly asked: string[];
  /** Headers of each request, in the same order. */
  readonly headers: IncomingMessage['headers'][];
  /** What the next requests meet, in order; null: nothing. */
  readonly faults: (HttpFault | null)[];
  put(path: string, text: string): void;
  close(): Promise<void>;
}

/** A server of files that can be read and written under conditions (RFC 9110), and that can fail in many ways. */
export async function createHttpFileServer(options: HttpFileServerOptions = {}): Promise<HttpFileServer> {
  const { tags = 'strong', index = 'made', authorization, writable = true, tagsOnPut = false } = options;
  const files = new Map<string, Buffer>();
  const modes = new Map<string, string>();
  const asked: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const faults: (HttpFault | null)[] = [];
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const tagOf = (bytes: Buffer): string | null => {
    if (tags === 'none') return null;
    const tag = `"${digest(bytes).slice(0, 20)}"`;
    return tags === 'weak' ? `W/${tag}` : tag;
  };
  const listed = (path: string, bytes: Buffer) => ({
    path,
    size: bytes.length,
    ...(index === 'tags' ? { etag: tagOf(bytes) } : { digest: `sha256:${digest(bytes)}` }),
    ...(modes.has(path) ? { mode: modes.get(path) } : {}),
  });
  const headNow = () => digest(Buffer.from(JSON.stringify([...files].sort().map(([path, b]) => [path, digest(b)]))));
  const made = (): Buffer => {
    const all = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
    const whole = {
      version: 1,
      ...(options.changes ? { head: headNow(), changes: '.ratchet/changes' } : {}),
      files: all.map(([path, bytes]) => listed(path, bytes)),
    };
    return Buffer.from(JSON.stringify(index === 'paths' ? all.map(([path]) => path) : whole));
  };
  const current = (path: string): Buffer | undefined =>
    path === 'index.json' && index !== 'file' ? made() : files.get(path);

  /** Takes changes whole or not at all: 409 when anything is not what they were made against. */
  function take(body: Buffer): { readonly status: number; readonly value: object } {
    const { parent, files: changes } = JSON.parse(body.toString('utf8')) as SentChanges;
    const now = (path: string) => {
      const bytes = files.get(path);
      return bytes ? `sha256:${digest(bytes)}` : null;
    };
    if ((parent !== null && parent !== headNow()) || changes.some(({ path, before }) => now(path) !== before))
      return { status: 409, value: { message: 'It is not what these changes were made against.' } };
    for (const { path, after } of changes) {
      if (after) files.set(path, Buffer.from(after.content, 'base64'));
      else files.delete(path);
      if (after?.mode === '100755') modes.set(path, after.mode);
      else modes.delete(path);
    }
    const written = changes.flatMap(({ path, after }) => (after ? [listed(path, files.get(path) as Buffer)] : []));
    return { status: 200, value: { head: headNow(), files: written } };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname).replace(/^\/registry\//, '');
    asked.push(`${request.method} ${path}`);
    headers.push(request.headers);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const fault = faults.shift() ?? null;
    if (fault === 'stall') return;
    if (fault === 'die') return void request.socket.destroy();
    if (fault === 'short') {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('only this');
      setImmediate(() => request.socket.destroy());
      return;
    }
    if (typeof fault === 'object' && fault && 'redirect' in fault)
      return void response.writeHead(fault.status ?? 302, { location: fault.redirect }).end();
    if (typeof fault === 'object' && fault && 'status' in fault)
      return void response.writeHead(fault.status ?? 500).end();
    if (fault === 'lost') response.writeHead = () => request.socket.destroy() && response;
    if (authorization !== undefined && request.headers.authorization !== authorization)
      return void response.writeHead(401, { 'www-authenticate': 'Basic' }).end();

    const bytes = current(path);
    const tag = bytes ? tagOf(bytes) : null;
    const { 'if-match': match, 'if-none-match': none } = request.headers;
    if (request.method === 'GET' || request.method === 'HEAD') {
      if (!bytes) return void response.writeHead(404).end();
      if (none !== undefined && none === tag) return void response.writeHead(304, { etag: tag }).end();
      response.writeHead(200, { 'content-length': bytes.length, ...(tag ? { etag: tag } : {}) });
      if (request.method === 'HEAD') return void response.end();
      if (typeof fault === 'object' && fault && 'slow' in fault)
        for (const byte of bytes) {
          response.write(Buffer.of(byte));
          await setTimeout(fault.slow.pauseMs);
        }
      else response.write(bytes);
      return void response.end();
    }
    if (!writable) return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
    if (request.method === 'POST') {
      if (!options.changes || path !== '.ratchet/changes') return void response.writeHead(404).end();
      const { status, value } = take(Buffer.concat(chunks));
      return void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    }
    // If-Match compares strongly: a weak tag never fits.
    if (match !== undefined && (tag === null || tag.startsWith('W/') || match !== tag))
      return void response.writeHead(412).end();
    if (none === '*' && bytes) return void response.writeHead(412).end();
    if (request.method === 'DELETE') files.delete(path);
    else files.set(path, Buffer.concat(chunks));
    const made = tagsOnPut && request.method === 'PUT' ? tagOf(Buffer.concat(chunks)) : null;
    response.writeHead(bytes ? 204 : 201, made ? { etag: made } : {}).end();
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/registry/`,
    files,
    asked,
    headers,
    faults,
    put: (path, text) => void files.set(path, Buffer.from(text)),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
