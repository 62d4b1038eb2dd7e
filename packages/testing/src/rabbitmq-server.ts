import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endProcess, firstAnswer, freePort, gathered, untilReady } from './server-process.ts';

const run = promisify(execFile);

export interface RabbitmqServer {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  close(): Promise<void>;
}

/** Debian's own script in the path wants its own user; this one is for any. */
const program = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const header = Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1]);

/** A RabbitMQ of our own on free ports of 127.0.0.1, for the user who runs the test. It takes some seconds to start. */
export async function startRabbitmqServer(): Promise<RabbitmqServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-rabbitmq-'));
  const [username, password] = ['writer', `rabbit-${crypto.randomUUID()}`];
  const [port, distribution, mapper] = [await freePort(), await freePort(), await freePort()];
  const config = join(folder, 'rabbitmq.conf');
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    `default_user = ${username}`,
    `default_pass = ${password}`,
    'loopback_users = none',
    'disk_free_limit.absolute = 10MB',
    'log.file = false',
    'log.console = true',
    'log.console.level = warning',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`, { mode: 0o600 });
  const env = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: folder,
    LANG: 'C.UTF-8',
    RABBITMQ_NODENAME: `ratchet${port}@localhost`,
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_CONFIG_FILE: config,
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'none'),
    RABBITMQ_SCHEDULER_BIND_TYPE: 'u',
    ERL_EPMD_PORT: String(mapper),
    ERL_EPMD_ADDRESS: '127.0.0.1',
  };
  writeFileSync(join(folder, 'plugins'), '[].\n');
  const server = spawn(program, [], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = gathered(server);
  const close = async () => {
    await endProcess(server);
    // Erlang starts this one beside, on our port, and leaves it running.
    await run('epmd', ['-port', String(mapper), '-kill'], { env }).catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  };
  // The first method of the protocol: connection.start.
  const answers = async () => (await firstAnswer(port, header))?.[0] === 1;
  await untilReady('RabbitMQ', server, answers, said).catch(async (error) => {
    await close();
    throw error;
  });
  return { host: '127.0.0.1', port, username, password, close };
}
