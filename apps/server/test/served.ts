import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestDatabase } from '@ratchet/testing/database';
import { type StartOptions, startServer } from '../src/start-server.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests
  readonly body: any;
}

/** A server of its own, over a database of its own, asked over HTTP. */
export async function served(environment: Readonly<Record<string, string>> = {}, more: Partial<StartOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-served-'));
  const database = await openTestDatabase();
  const server = await startServer({
    port: 0,
    auth: 'none',
    dataDir: join(folder, 'data'),
    ...(database.url ? { databaseUrl: database.url } : {}),
    logLevel: 'error',
    environment,
    ...more,
  });
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> => {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${server.address}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: json && text ? JSON.parse(text) : text };
  };
  return {
    address: server.address,
    dispatcher: server.dispatcher,
    folder,
    server,
    call,
    api: (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) =>
      call(method, `/api/v1${path}`, body, headers),
    async close() {
      await server.close();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
export type Served = Awaited<ReturnType<typeof served>>;
