import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endProcess, firstAnswer, freePort, gathered, untilReady } from './server-process.ts';

const run = promisify(execFile);

export interface MariadbServer {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  close(): Promise<void>;
}

const program = existsSync('/usr/sbin/mariadbd') ? '/usr/sbin/mariadbd' : 'mariadbd';

/** A MariaDB of our own on a free port of 127.0.0.1, from the installed programs, for the user who runs the test. */
export async function startMariadbServer(): Promise<MariadbServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-mariadb-'));
  const [database, username, password] = ['ratchet', 'writer', `maria'${crypto.randomUUID()}`];
  const quoted = password.replaceAll("'", "''");
  const setup = join(folder, 'setup.sql');
  writeFileSync(
    setup,
    [
      "delete from mysql.global_priv where user = '' or (user = 'root' and host <> 'localhost');",
      'flush privileges;',
      `alter user 'root'@'localhost' identified by '${quoted}';`,
      `create database if not exists ${database} character set utf8mb4;`,
      `create user if not exists '${username}'@'%' identified by '${quoted}';`,
      `grant all on ${database}.* to '${username}'@'%';`,
      '',
    ].join('\n'),
    { mode: 0o600 },
  );
  const data = join(folder, 'data');
  const own = ['--no-defaults', `--datadir=${data}`, `--user=${userInfo().username}`];
  const install = [...own, '--auth-root-authentication-method=normal', '--skip-test-db', `--tmpdir=${folder}`];
  const port = await freePort();
  try {
    await run('mariadb-install-db', install, { cwd: folder });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const options = [
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--init-file=${setup}`,
    `--tmpdir=${folder}`,
    // Nothing of it outlives the tests.
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-buffer-pool-size=32M',
    '--skip-name-resolve',
    '--skip-log-bin',
  ];
  const server = spawn(program, [...own, ...options], { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder });
  const said = gathered(server);
  const close = async () => {
    await endProcess(server);
    rmSync(folder, { recursive: true, force: true });
  };
  // It greets first, with its version, once it lets people in.
  const answers = async () => (await firstAnswer(port))?.includes('MariaDB') ?? false;
  await untilReady('MariaDB', server, answers, said).catch(async (error) => {
    await close();
    throw error;
  });
  return { host: '127.0.0.1', port, database, username, password, close };
}
