import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess, freePort } from './server-process.ts';

export interface SshServer {
  /** `ssh://user@127.0.0.1:port/path` of a folder of this machine. */
  url(path: string): string;
  /** A private key that is let in, and one that is not. */
  readonly key: string;
  readonly strangeKey: string;
  /** The server's own keys, as a known_hosts file has them. */
  readonly knownHosts: string;
  close(): Promise<void>;
}

const program = '/usr/sbin/sshd';

/** OpenSSH's own server, on a free port of 127.0.0.1, for the user who runs the test. */
export async function startSshServer(): Promise<SshServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-sshd-'));
  chmodSync(folder, 0o700);
  const keyOf = (name: string): string => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(folder, name)]);
    return readFileSync(join(folder, name), 'utf8');
  };
  keyOf('host');
  const [key, strangeKey] = [keyOf('user'), keyOf('stranger')];
  writeFileSync(join(folder, 'authorized'), readFileSync(join(folder, 'user.pub')), { mode: 0o600 });
  // Run by root, it wants a folder of its own for its unprivileged half.
  if (process.getuid?.() === 0 && !existsSync('/run/sshd')) mkdirSync('/run/sshd', { mode: 0o755 });
  const port = await freePort();
  const options = {
    Port: port,
    ListenAddress: '127.0.0.1',
    HostKey: join(folder, 'host'),
    AuthorizedKeysFile: join(folder, 'authorized'),
    PidFile: 'none',
    UsePAM: 'no',
    StrictModes: 'no',
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
    PermitRootLogin: 'prohibit-password',
    LogLevel: 'ERROR',
  };
  const args = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const server = spawn(program, ['-D', '-e', '-f', '/dev/null', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  server.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  for (let tries = 0; !(await listens(port)); tries++) {
    if (server.exitCode !== null || tries > 200) throw new Error(`sshd does not start: ${said}`);
    await sleep(25);
  }
  return {
    url: (path) => `ssh://${userInfo().username}@127.0.0.1:${port}${path}`,
    key,
    strangeKey,
    knownHosts: `[127.0.0.1]:${port} ${readFileSync(join(folder, 'host.pub'), 'utf8')}`,
    async close() {
      await endProcess(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
