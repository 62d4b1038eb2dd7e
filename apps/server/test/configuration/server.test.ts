// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file's own variables are what is tested
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../../src/start-server.ts';
import { type Served, served } from '../served.ts';
import { selfSigned } from './self-signed.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-configured-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a server over a file', () => {
  const text = `# ours
server:
  body_limit: 65536   # small
  surfaces: { docs: false }
database:
  pool_size: 8
auth:
  admin:
    password: "\${ADMIN:-not a real one}"
logging:
  level: error # quiet
registry:
  sources:
    - name: declared
      type: filesystem
      path: ./tasks
      config: { sync_interval_minutes: 0, webhook_secret: "a webhook's secret" }
  pushback: { branch_strategy: feature_branch, max_batch_size: 7 }
`;
  let server: Served;
  let file: string;
  const config = (changes?: object, expectedRevision?: number) =>
    changes === undefined
      ? server.api('GET', '/config')
      : server.api('PUT', '/config', { changes, ...(expectedRevision === undefined ? {} : { expectedRevision }) });
  beforeAll(async () => {
    file = join(folder, 'ratchet.yaml');
    writeFileSync(file, text.replace('./tasks', join(folder, 'tasks')));
    chmodSync(file, 0o640);
    server = await served({ RATCHET_RETENTION_LOGS_DAYS: '5' }, { config: file, logLevel: undefined });
  });
  afterAll(() => server?.close());

  it('shows every setting with its source, and no secret', async () => {
    const { status, body } = await config();
    expect(status).toBe(200);
    expect(body).toMatchObject({ path: file, revision: 1, restartNeeded: [] });
    expect(body.values.server).toMatchObject({ body_limit: 65536, surfaces: { docs: false, rest: true } });
    expect(body.values.auth.admin.password).toBe('***');
    expect(body.values.registry.sources[0].config.webhook_secret).toBe('***');
    expect(JSON.stringify(body)).not.toMatch(/not a real one|webhook's secret/);
    expect(body.sources).toMatchObject({
      'server.body_limit': 'file',
      'retention.logs_days': 'environment',
      'auth.mode': 'argument',
      'server.host': 'default',
    });
  });
  it('does as it says', async () => {
    expect((await server.call('GET', '/docs')).status).toBe(404);
    expect((await server.call('GET', '/api-docs/openapi.json')).status).toBe(404);
    const large = await server.api('POST', '/tasks', { name: 'x', sourceCode: 'x'.repeat(70_000) });
    expect([large.status, large.body.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const [declared] = (await server.api('GET', '/repositories?name=declared')).body.items;
    expect(declared).toMatchObject({
      declared: true,
      hasWebhookSecret: true,
      pushPolicy: { branchStrategy: 'feature_branch', maxBatchSize: 7, batchChanges: true },
    });
  });
  it('changes its file, keeps all else of it, and says what waits for a start', async () => {
    const before = readFileSync(file, 'utf8');
    const changed = await config({ 'database.pool_size': 9, 'logging.level': 'silent', 'queue.concurrency': 3 }, 1);
    expect(changed.body).toMatchObject({ revision: 2, restartNeeded: ['database.pool_size', 'queue.concurrency'] });
    expect(readFileSync(file, 'utf8')).toBe(
      `${before.replace('pool_size: 8', 'pool_size: 9').replace('level: error # quiet', 'level: silent # quiet')}queue:\n  concurrency: 3\n`,
    );
    expect(readFileSync(`${file}.bak`, 'utf8')).toBe(before);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    const back = await config({ 'database.pool_size': 8, 'queue.concurrency': null });
    expect(back.body).toMatchObject({ revision: 3, restartNeeded: [] });
  });
  it('takes nothing that is wrong, and all of a change or nothing', async () => {
    const before = readFileSync(file, 'utf8');
    const refused = async (changes: object, message: RegExp, code = 'VALIDATION_FAILED', revision?: number) => {
      const { body } = await config(changes, revision);
      expect(body.code).toBe(code);
      expect(body.message).toMatch(message);
      expect(body.message).not.toContain(folder);
    };
    await refused({ 'server.prot': 1 }, /server.prot is no setting. Did you mean server.port\?/);
    await refused({ 'retention.logs_days': 3 }, /The environment variable RATCHET_RETENTION_LOGS_DAYS sets/);
    await refused({ 'auth.mode': 'password' }, /The option --auth sets/);
    await refused({ 'auth.admin.password': '***' }, /only stands for a secret/);
    await refused(
      { 'database.pool_size': 12, 'server.body_limit': 1 },
      /server.body_limit: must be at least 1024; it is 1/,
    );
    await refused({ 'server.host': '0.0.0.0' }, /only listens on loopback/);
    await refused({ 'server.host': '' }, /server.host: needs at least 1 characters/);
    await refused({ 'registry.sources': [{ type: 'git' }] }, /Source 1 needs path or url/);
    await refused({ 'queue.concurrency': 1 }, /revision 3, not 1/, 'REVISION_MISMATCH', 1);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect((await config()).body.revision).toBe(3);
  });
  it('means a value as it is sent: no variable of the server is put in', async () => {
    const { body } = await config({ 'registry.pushback.commit_template': '${HOME} and ${NOT_SET}' });
    expect(body.values.registry.pushback.commit_template).toBe('${HOME} and ${NOT_SET}');
    expect(readFileSync(file, 'utf8')).toContain('$${HOME} and $${NOT_SET}');
  });
  it('takes changes at once one after the other', async () => {
    const { revision } = (await config()).body;
    const limits = [100_001, 100_002, 100_003, 100_004];
    const answers = await Promise.all(limits.map((limit) => config({ 'server.body_limit': limit }, revision)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
  });
  it('does not write over what somebody changed by hand', async () => {
    const before = `${readFileSync(file, 'utf8')}# by hand\n`;
    writeFileSync(file, before);
    const { body } = await config({ 'queue.concurrency': 1 });
    expect(body.code).toBe('STATE_CONFLICT');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});

it('without a file one is made in the data folder, for its owner alone', async () => {
  const server = await served();
  try {
    expect((await server.api('GET', '/config')).body).toMatchObject({ path: null, revision: 1 });
    const { body } = await server.api('PUT', '/config', { changes: { 'execution.runners': 3 } });
    const path = join(server.folder, 'data', 'ratchet.yaml');
    expect(body).toMatchObject({ path, revision: 2, restartNeeded: ['execution.runners'] });
    expect(readFileSync(path, 'utf8')).toBe('execution:\n  runners: 3\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  } finally {
    await server.close();
  }
});

it('HTTPS is served with the certificate, and with the next one after a reload; debuggers get the public address', async () => {
  const first = selfSigned(folder, 'first');
  const tls = { RATCHET_SERVER_TLS_CERT: join(folder, 'cert.pem'), RATCHET_SERVER_TLS_KEY: join(folder, 'key.pem') };
  const server = await served({ ...tls, RATCHET_SERVER_PUBLIC_URL: 'https://ratchet.example.org/' });
  const ask = (ca: string, method = 'GET', path = '/live', body?: object) =>
    new Promise<{ status: number; subject: unknown; body: { [key: string]: unknown } }>((resolve, reject) => {
      const asked = request(
        `${server.address}${path}`,
        { method, ca, agent: false, headers: { 'content-type': 'application/json' } },
        (response) => {
          const subject = (response.socket as TLSSocket).getPeerCertificate().subject.CN;
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, subject, body: JSON.parse(text) }));
        },
      );
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  try {
    expect(server.address).toMatch(/^https:/);
    expect(await ask(first)).toMatchObject({ status: 200, subject: 'first' });
    await expect(fetch(server.address.replace('https', 'http'))).rejects.toThrow();
    const made = await ask(first, 'POST', '/api/v1/tasks', {
      name: 'to debug',
      sourceCode: '() => 1\n',
      inputSchema: {},
      outputSchema: {},
    });
    const session = await ask(first, 'POST', `/api/v1/tasks/${made.body.id}/debug-sessions`, { input: {} });
    expect(session.body.webSocketDebuggerUrl).toMatch(/^wss:\/\/ratchet\.example\.org\/api\/v1\/debug-sessions\//);
    expect(session.body.devtoolsFrontendUrl).toMatch(/\?wss=ratchet\.example\.org/);

    const second = selfSigned(folder, 'second');
    server.server.reload();
    expect(await ask(second)).toMatchObject({ status: 200, subject: 'second' });
    writeFileSync(join(folder, 'cert.pem'), 'no certificate');
    server.server.reload();
    expect(await ask(second)).toMatchObject({ status: 200, subject: 'second' });
  } finally {
    await server.close();
  }
});

describe('a start is refused, with everything that is wrong', () => {
  const start = (environment: Record<string, string>, set: string[] = []) =>
    startServer({
      dataDir: join(folder, 'never'),
      logLevel: 'silent',
      environment: { RATCHET_SERVER_PORT: '0', ...environment },
      set,
    });
  it.each<[string, Record<string, string>, string[], RegExp]>([
    ['a port that is none', { RATCHET_SERVER_PORT: '8o80' }, [], /server.port: must be a whole number/],
    [
      'nobody signs in beyond loopback',
      { RATCHET_AUTH: 'none', RATCHET_SERVER_HOST: '0.0.0.0' },
      [],
      /only listens on loopback; 0.0.0.0 is not/,
    ],
    ['a file that is not there', { RATCHET_CONFIG: '/none/ratchet.yaml' }, [], /There is no file/],
    [
      'a certificate that is none',
      { RATCHET_AUTH: 'none' },
      ['server.tls.cert=/none.pem', 'server.tls.key=/none.pem'],
      /server.tls.cert: the file cannot be read \(ENOENT\)/,
    ],
    ['keys that are none', { RATCHET_SECRET_KEYS: 'short' }, [], /Key 1 is not of 32 bytes/],
    ['keys in a file that is not there', {}, ['security.keys_file=/none'], /security.keys_file: there is no such file/],
    [
      'an option that is none',
      {},
      ['server.prot=1'],
      /--set server.prot: server.prot is not known. Did you mean server.port\?/,
    ],
    ['an option without a value', {}, ['server.port'], /--set takes a setting and its value/],
  ])('%s', async (_, environment, set, message) => {
    await expect(start(environment, set)).rejects.toThrow(message);
  });
});
