import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';

interface Part {
  readonly name: string;
  /** What Debian and Ubuntu call the package. */
  readonly aptPackage: string;
  readonly present: () => boolean;
  /** What cannot be tested without it. */
  readonly without: string;
}

/** Whether a part of the machine that tests need is there. */
export type Missing =
  | 'Chromium'
  | 'git'
  | 'PostgreSQL'
  | 'OpenSSH'
  | 'MariaDB'
  | 'Redis'
  | 'RabbitMQ'
  | 'OpenSSL'
  | 'tmux';

const answers = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** The server's own programs: initdb and postgres. A client alone is not enough. */
function hasPostgresServer(): boolean {
  const config = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  const folders = [...(config.status === 0 ? [config.stdout.trim()] : []), ...globSync('/usr/lib/postgresql/*/bin')];
  return folders.some((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

const parts: Readonly<Record<Missing, Part>> = {
  Chromium: {
    name: 'Chromium',
    aptPackage: 'chromium',
    present: () => ['chromium', 'chromium-browser', 'google-chrome'].some((name) => existsSync(`/usr/bin/${name}`)),
    without: 'every test of the web page in a browser',
  },
  git: {
    name: 'git',
    aptPackage: 'git',
    present: () => answers('git', '--version'),
    without: 'every test of a package that syncs',
  },
  PostgreSQL: {
    name: 'PostgreSQL server programs',
    aptPackage: 'postgresql',
    present: hasPostgresServer,
    without: 'every test against PostgreSQL; the same tests run on the embedded database',
  },
  OpenSSH: {
    name: 'OpenSSH server and client',
    aptPackage: 'openssh-server',
    present: () => existsSync('/usr/sbin/sshd') && answers('ssh', '-V'),
    without: 'repositories over SSH',
  },
  MariaDB: {
    name: 'MariaDB server programs',
    aptPackage: 'mariadb-server',
    present: () => existsSync('/usr/sbin/mariadbd') || answers('mariadbd', '--version'),
    without: 'outputs to PostgreSQL and MariaDB tables',
  },
  Redis: {
    name: 'Redis',
    aptPackage: 'redis-server',
    present: () => answers('redis-server', '--version'),
    without: 'outputs to Redis',
  },
  RabbitMQ: {
    name: 'RabbitMQ',
    aptPackage: 'rabbitmq-server',
    present: () => existsSync('/usr/lib/rabbitmq/bin/rabbitmq-server'),
    without: 'outputs to RabbitMQ',
  },
  OpenSSL: {
    name: 'the openssl command',
    aptPackage: 'openssl',
    present: () => answers('openssl', 'version'),
    without: 'outputs as mail and to Redis',
  },
  tmux: {
    name: 'tmux',
    aptPackage: 'tmux',
    present: () => answers('tmux', '-V'),
    without: 'the console and the live screens on a terminal',
  },
};

/** Installs what tests need and the machine lacks, where this user may; answers what is still missing, and says so. */
export function prepareMachine(): ReadonlySet<Missing> {
  const lacking = () => (Object.keys(parts) as Missing[]).filter((part) => !parts[part].present());
  const before = lacking();
  if (before.length > 0 && process.getuid?.() === 0 && answers('apt-get', '--version')) {
    const packages = before.map((part) => parts[part].aptPackage);
    console.log(`Installing ${packages.join(', ')} with apt-get.`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    for (const args of [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', ...packages],
    ])
      spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  }
  const missing = lacking();
  for (const part of missing) {
    const { name, aptPackage, without } = parts[part];
    console.log(`LEFT OUT for want of ${name} (install the package ${aptPackage}): ${without}.`);
  }
  return new Set(missing);
}
