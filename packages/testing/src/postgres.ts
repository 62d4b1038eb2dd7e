import { execFile, type ChildProcess, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

export interface PrivatePostgres {
  /** Of the maintenance database; `databaseUrl` names another. */
  readonly url: string;
  databaseUrl(name: string): string;
  stop(): Promise<void>;
}

/** A PostgreSQL of our own on a free port, from the installed programs; null where none are installed. */
export async function startPostgres(): Promise<PrivatePostgres | null> {
  const bin = findPrograms();
  if (!bin) return null;
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-postgres-'));
  const user = await unprivilegedUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const files = join(folder, 'data');
  const as = { ...(user ?? {}), cwd: folder, env: { LC_ALL: 'C', PATH: '/usr/bin:/bin', HOME: folder, TZ: 'UTC' } };
  await run(join(bin, 'initdb'), ['-D', files, '-U', 'ratchet', '-A', 'trust', '-E', 'UTF8', '--no-sync'], as);
  const port = await freePort();
  const settings = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'max_connections=200', 'shared_buffers=256MB'];
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', files, '-p', String(port), '-h', '127.0.0.1', '-k', folder, ...settings.flatMap((s) => ['-c', s])],
    { ...as, stdio: 'ignore' },
  );
  const databaseUrl = (name: string) => `postgresql://ratchet@127.0.0.1:${port}/${name}`;
  await answering(databaseUrl('postgres'), server);
  return {
    url: databaseUrl('postgres'),
    databaseUrl,
    async stop() {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where initdb and postgres are: the newest of Debian's versions, or wherever PATH has them. */
function findPrograms(): string | null {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((v) => join(root, v, 'bin')), ...(process.env.PATH ?? '').split(':')];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))) ?? null;
}

/** PostgreSQL refuses to run as root: then it runs as the system's own user for it, or as nobody. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, name]).then((r) => Number(r.stdout), () => null)));
    if (uid != null && gid != null) return { uid, gid };
  }
  return null;
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

async function answering(url: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (server.exitCode !== null) throw new Error(`The private PostgreSQL ended with ${server.exitCode}.`);
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await sleep(100);
    }
  }
  throw new Error('The private PostgreSQL does not answer.');
}
