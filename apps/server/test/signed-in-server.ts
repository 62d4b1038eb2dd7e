import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@ratchet/store/open-database';
import { openTestDatabase } from '@ratchet/testing/database';
import { type RunningServer, startServer } from '../src/start-server.ts';
import type { Answer } from './served.ts';

export const adminPassword = 'the admin password';
export type Headers = Readonly<Record<string, string>>;

/**
 * A server that people sign in to, over a database of its own. Requests from elsewhere are made by `x-forwarded-for`, as a
 * proxy on this machine would.
 */
export async function signedInServer(environment: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-signed-in-'));
  const dataDir = join(folder, 'data');
  const database = await openTestDatabase();
  const place = database.url ? { databaseUrl: database.url } : {};
  const announced: string[] = [];
  const start = (): Promise<RunningServer> =>
    startServer({
      port: 0,
      dataDir,
      ...place,
      logLevel: 'error',
      passwordCost: { memoryCost: 64, timeCost: 1 },
      announce: (line) => void announced.push(line),
      environment: {
        RATCHET_ADMIN_PASSWORD: adminPassword,
        RATCHET_SERVER_TRUSTED_PROXIES: '127.0.0.1',
        ...environment,
      },
    });
  let server = await start();
  const call = async (method: string, path: string, body?: unknown, headers: Headers = {}): Promise<Answer> => {
    const raw = typeof body === 'string';
    const response = await fetch(`${server.address}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: json && text ? JSON.parse(text) : text };
  };
  const api = (method: string, path: string, body?: unknown, headers?: Headers) =>
    call(method, `/api/v1${path}`, body, headers);
  const login = (username = 'admin', password = adminPassword, headers: Headers = {}) =>
    api('POST', '/auth/login', { username, password }, headers);
  const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });
  return {
    announced,
    call,
    api,
    login,
    bearer,
    address: () => server.address,
    /** An account that has signed in. */
    async signedIn(username: string, role: string, more: Readonly<Record<string, unknown>> = {}) {
      const admin = bearer((await login()).body.accessToken);
      const password = `password of ${username}`;
      const made = await api('POST', '/users', { username, role, password, ...more }, admin);
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      const { body } = await login(username, password);
      return {
        id: made.body.id as string,
        password,
        admin,
        ...(body as Record<'accessToken' | 'refreshToken', string>),
      };
    },
    /** Every row of every table as text, read while the server is away. */
    async dump(): Promise<{ table: string; row: unknown }[]> {
      await server.close();
      const opened = database.url ? database : await openDatabase({ dataDir });
      try {
        const { rows: tables } = await opened.pool.query<{ name: string }>(
          "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
        );
        const found: { table: string; row: unknown }[] = [];
        for (const { name } of tables) {
          const { rows } = await opened.pool.query<{ row: unknown }>(`select row_to_json(t) as row from ${name} t`);
          found.push(...rows.map(({ row }) => ({ table: name, row })));
        }
        return found;
      } finally {
        if (opened !== database) await opened.close();
        server = await start();
      }
    },
    async close() {
      await server.close();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
export type SignedInServer = Awaited<ReturnType<typeof signedInServer>>;
