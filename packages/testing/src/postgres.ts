import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { endProcess, freePort } from './server-process.ts';

const run = promisify(execFile);

export interface PrivatePostgres {
  /** Of the maintenance database; `databaseUrl` names another. */
  readonly url: string;
  databaseUrl(name: string): string;
  /** Ends and starts it again, at the same address with the same data. */
  restart(): Promise<void>;
  /** Ends it at once, as a crash does: nothing is written any more, and clients are cut off. */
  crash(): Promise<void>;
  /** Starts it after a crash, at the same address with the same data. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Nothing of it outlives the tests: what makes a database safe is switched off. */
const settings = [
  'fsync=off',
  'full_page_writes=off',
  'synchronous_commit=off',
  'max_connections=200',
  'shared_buffers=128MB',
];
const portTries = 3;

/**
 * A PostgreSQL of our own on a free port, from the installed programs; null where none are installed. `durable`: what it
 * said is kept is there after a crash.
 */
export async function startPostgres({ durable = false } = {}): Promise<PrivatePostgres | null> {
  const programs = await findPrograms();
  if (!programs) return null;
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-postgres-'));
  const user = await unprivilegedUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const as = { ...user, cwd: folder, env: { LC_ALL: 'C', PATH: '/usr/bin:/bin', HOME: folder, TZ: 'UTC' } };
  const log = join(folder, 'log');

  const launch = async (port: number): Promise<ChildProcess> => {
    const places = ['-D', join(folder, 'data'), '-p', String(port), '-h', '127.0.0.1', '-k', folder];
    const output = openSync(log, 'a', 0o644);
    const server = spawn(
      join(programs, 'postgres'),
      [
        ...places,
        ...(durable ? [...settings, 'synchronous_commit=on'] : settings).flatMap((setting) => ['-c', setting]),
      ],
      {
        ...as,
        stdio: ['ignore', output, output],
      },
    );
    if (await answers(urlAt(port, 'postgres'), server)) return server;
    throw new Error(`The private PostgreSQL did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`);
  };
  const stop = async () => {
    await endProcess(server, 'SIGINT');
    rmSync(folder, { recursive: true, force: true });
  };

  let server: ChildProcess;
  let port = 0;
  try {
    const places = ['-D', join(folder, 'data'), '-U', 'ratchet', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
    await run(join(programs, 'initdb'), places, as);
    for (let attempt = 1; ; attempt++) {
      port = await freePort();
      const started = await launch(port).catch((error: Error) => error);
      if (!(started instanceof Error)) {
        server = started;
        break;
      }
      if (attempt === portTries) throw started;
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    url: urlAt(port, 'postgres'),
    databaseUrl: (name) => urlAt(port, name),
    async restart() {
      await endProcess(server, 'SIGINT');
      server = await launch(port);
    },
    crash: () => endProcess(server, 'SIGQUIT'),
    async start() {
      server = await launch(port);
    },
    stop,
  };
}

const urlAt = (port: number, name: string): string => `postgresql://ratchet@127.0.0.1:${port}/${name}`;

/** Where initdb and postgres are: where pg_config says, the newest of Debian's versions, or wherever PATH has them. */
async function findPrograms(): Promise<string | null> {
  const said = await run('pg_config', ['--bindir']).then(
    ({ stdout }) => [stdout.trim()],
    () => [],
  );
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...said,
    ...versions.map((version) => join(root, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name)))) ?? null;
}

/** PostgreSQL refuses to run as root: then it runs as the system's own user for it, or as nobody. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string, name: string) => run('id', [flag, name]).then(({ stdout }) => Number(stdout));
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all([idOf('-u', name), idOf('-g', name)]).catch(() => null);
    if (ids) return { uid: ids[0], gid: ids[1] };
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody.');
}

/** Whether it answers before it ends. */
async function answers(url: string, server: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 600 && server.exitCode === null; tries++) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return server.exitCode === null;
    } catch {
      await sleep(50);
    }
  }
  return false;
}
