import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenDatabase, openDatabase } from '@ratchet/store/open-database';
import { administer } from '@ratchet/testing/database';
import { startPostgres } from '@ratchet/testing/postgres';
import { endProcess, freePort, gathered, untilReady } from '@ratchet/testing/server-process';
import pg from 'pg';
import type { LoadAnswer, LoadRequest } from './api/load.ts';
import { addTasks } from './api/many-tasks.ts';
import type { Row } from './frame/row.ts';

export const name =
  'REST (the server, its load and what it stands beside each a process of its own, on the same two cores)';

const tasks = 100_000;
const width = 32;
const rounds = 2;
const requests = 3000;
const pages = 180;

/** How the requests sign in. A server with authentication on is asked with a key in the same rows. */
const signIns = [{ said: 'nobody signs in', options: ['--auth', 'none'], headers: {} }] as const;

/** Pages as people and programs ask for them, with what they are in SQL. */
const lists = [
  { query: 'limit=25', where: 'true', order: 'name, id' },
  { query: 'enabled=true&sort=-updatedAt&limit=25', where: 'enabled', order: 'updated_at desc, id desc' },
  { query: 'syncStatus=modified&sort=name', where: "sync_status = 'modified'", order: 'name, id' },
  {
    query: 'repositoryId=00000000-0000-4000-8000-000000000007&sort=-createdAt',
    where: "repository_id = '00000000-0000-4000-8000-000000000007'",
    order: 'created_at desc, id desc',
  },
  { query: 'tag=tag13&sort=version,-name', where: "tags && array['tag13']", order: 'version, name desc, id' },
  { query: 'name_like=99&sort=name', where: "name ilike '%99%'", order: 'name, id' },
  {
    query: 'q=abc&sort=-updatedAt',
    where: "(name ilike '%abc%' or description ilike '%abc%' or repository_path ilike '%abc%')",
    order: 'updated_at desc, id desc',
  },
  {
    query: 'updatedAt_gte=2020-01-01T00:00:00Z&sort=syncStatus,-revision',
    where: "updated_at >= '2020-01-01T00:00:00Z'",
    order: 'sync_status, revision desc, id',
  },
  { query: 'page=2000&limit=25', where: 'true', order: 'name, id offset 49975' },
] as const;

const path = (file: string) => join(import.meta.dirname, 'api', file);
const repository = join(import.meta.dirname, '..', '..');

interface Loader {
  load(request: Omit<LoadRequest, 'headers' | 'width'> & Partial<LoadRequest>): Promise<LoadAnswer>;
}

function answerOf<T>(child: ChildProcess, request: unknown): Promise<T> {
  const done = new AbortController();
  const { signal } = done;
  const answer = once(child, 'message', { signal }).then(([said]) => said as T);
  const end = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`A process of the benchmark ended with ${code}.`);
  });
  child.send(request as object);
  return Promise.race([answer, end]).finally(() => {
    done.abort();
    for (const left of [answer, end]) left.catch(() => {});
  });
}

async function serve(place: OpenDatabase, dataDir: string, options: readonly string[]) {
  const port = await freePort();
  const server = spawn(
    process.execPath,
    [
      'apps/cli/src/main.ts',
      'serve',
      '--port',
      String(port),
      '--data-dir',
      dataDir,
      '--log-level',
      'error',
      ...options,
    ],
    {
      cwd: repository,
      env: { ...process.env, ...('url' in place ? { DATABASE_URL: place.url } : {}) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const origin = `http://127.0.0.1:${port}`;
  const began = performance.now();
  const ready = () =>
    fetch(`${origin}/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await untilReady('The server', server, ready, gathered(server));
  return { server, origin, startedMs: performance.now() - began };
}

/** The best of some rounds of each, taken in turn: others work on the machine too. */
async function inTurn<T extends string>(
  rounds: number,
  work: Record<T, () => Promise<LoadAnswer>>,
): Promise<Record<T, LoadAnswer>> {
  const best: Partial<Record<T, LoadAnswer>> = {};
  for (let round = 0; round < rounds; round++)
    for (const key of Object.keys(work) as T[]) {
      const answer = await work[key]();
      if (answer.perSecond > (best[key]?.perSecond ?? 0)) best[key] = answer;
    }
  return best as Record<T, LoadAnswer>;
}

async function sqlTimes(database: OpenDatabase, count: number): Promise<LoadAnswer | null> {
  if (!('url' in database)) return null;
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  const times: number[] = [];
  const began = performance.now();
  for (let n = 0; n < count; n++) {
    const list = lists[n % lists.length];
    const asked = performance.now();
    await pool.query(`select count(*) from ratchet.tasks where deleted_at is null and ${list?.where}`);
    await pool.query(
      `select * from ratchet.tasks where deleted_at is null and ${list?.where} order by ${list?.order} limit 26`,
    );
    times.push(performance.now() - asked);
  }
  const perSecond = count / ((performance.now() - began) / 1000);
  await pool.end();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { perSecond, p50: at(0.5), p99: at(0.99), bytes: 0 };
}

async function measure(mode: string, place: OpenDatabase, folder: string, loader: Loader): Promise<Row[]> {
  const database = await openDatabase(place);
  const id = await addTasks(database, tasks);
  await database.close();
  const rows: Row[] = [];
  for (const { said, options, headers } of signIns) {
    const { server, origin, startedMs } = await serve(
      place,
      'dataDir' in place ? place.dataDir : join(folder, `${mode} data`),
      options,
    );
    const bare = fork(path('bare-route.ts'));
    try {
      rows.push({
        what: `start until it is ready, ${tasks.toLocaleString('en')} tasks there, ${mode}`,
        figure: startedMs,
        unit: 'ms',
        target: 1500,
      });
      const task = await (await fetch(`${origin}/api/v1/tasks/${id}`, { headers })).json();
      const bareOrigin = await answerOf<string>(bare, task);
      const read = await inTurn(rounds + 1, {
        bare: () => loader.load({ origin: bareOrigin, paths: ['/bare'], count: requests }),
        rest: () => loader.load({ origin, paths: [`/api/v1/tasks/${id}`], count: requests, headers }),
      });
      rows.push({
        what: `REST read of one task (${read.rest.bytes} bytes), one process, ${mode}, ${said}`,
        figure: read.rest.perSecond,
        unit: '/s',
        target: 3000,
        reference: `a bare Fastify route, as many bytes ${Math.round(read.bare.perSecond)}/s`,
      });
      const page = await inTurn(rounds, {
        rest: () =>
          loader.load({
            origin,
            paths: lists.map(({ query }) => `/api/v1/tasks?${query}`),
            count: pages,
            width: 1,
            headers,
          }),
      });
      const bareSql = await sqlTimes(place, pages);
      rows.push({
        what: `filtered, sorted page out of ${tasks.toLocaleString('en')} tasks, p99 over ${lists.length} kinds, ${mode}, ${said}`,
        figure: page.rest.p99,
        unit: 'ms',
        target: 50,
        ...(bareSql ? { reference: `the bare SQL, count and page ${bareSql.p99.toFixed(0)} ms` } : {}),
      });
    } finally {
      bare.kill();
      await endProcess(server);
    }
  }
  return rows;
}

/** The real server over PostgreSQL and embedded, with 100,000 tasks. */
export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-bench-api-'));
  const postgres = await startPostgres();
  const child = fork(path('load.ts'));
  const loader: Loader = { load: (request) => answerOf(child, { headers: {}, width, ...request }) };
  try {
    const rows: Row[] = [];
    if (postgres) {
      await administer(postgres.url, 'create database bench_api');
      rows.push(
        ...(await measure('PostgreSQL', { url: postgres.databaseUrl('bench_api'), poolSize: 16 }, folder, loader)),
      );
    }
    rows.push(...(await measure('embedded', { dataDir: join(folder, 'embedded') }, folder, loader)));
    return rows;
  } finally {
    child.kill();
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
