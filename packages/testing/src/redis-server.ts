import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endProcess, firstAnswer, freePort, gathered, untilReady } from './server-process.ts';

export interface RedisServer {
  readonly host: string;
  readonly port: number;
  /** Speaks TLS; 0 without a certificate. */
  readonly tlsPort: number;
  readonly password: string;
  close(): Promise<void>;
}

/** A Redis of our own on a free port of 127.0.0.1, with a password, for the user who runs the test. */
export async function startRedisServer(tls?: { key: string; cert: string }): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-redis-'));
  const password = `redis ${crypto.randomUUID()}`;
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const tlsPort = tls ? await freePort() : 0;
  if (tls) {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    writeFileSync(key, tls.key, { mode: 0o600 });
    writeFileSync(cert, tls.cert);
    options.push(
      '--tls-port',
      String(tlsPort),
      '--tls-key-file',
      key,
      '--tls-cert-file',
      cert,
      '--tls-auth-clients',
      'no',
    );
    options.push('--tls-ca-cert-file', cert);
  }
  // The password goes by standard input: arguments can be read by every user.
  const server = spawn('redis-server', ['-', ...options], { stdio: ['pipe', 'pipe', 'pipe'] });
  const said = gathered(server);
  server.stdin.end(`requirepass "${password}"\n`);
  const answers = async () => (await firstAnswer(port, 'PING\r\n'))?.toString().startsWith('-NOAUTH') ?? false;
  const close = async () => {
    await endProcess(server);
    rmSync(folder, { recursive: true, force: true });
  };
  await untilReady('Redis', server, answers, said).catch(async (error) => {
    await close();
    throw error;
  });
  return { host: '127.0.0.1', port, tlsPort, password, close };
}
