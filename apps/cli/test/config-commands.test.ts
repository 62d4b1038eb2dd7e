import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';
import { type ServerProcess, serve } from './server-process.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-config-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ratchet = (args: readonly string[], environment: Record<string, string> = {}) =>
  runCommand(folder, args, environment);

const write = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o600);
  return path;
};

describe('ratchet config validate', () => {
  it('says everything that is wrong, with its place, and fails', async () => {
    const path = write('bad.yaml', 'server:\n  port: 99999\n  hots: x\n');
    const { code, stdout } = await ratchet(['config', 'validate', 'bad.yaml']);
    expect(code).toBe(1);
    expect(stdout).toBe(
      `error    ${path}:2:9: server.port: must be at most 65535; it is 99999.\nerror    ${path}:3:3: server.hots is not known. Did you mean host?\n`,
    );
  });
  it('lets warnings pass unless they are to count', async () => {
    write('risky.yaml', 'auth:\n  mode: none\n');
    expect(await ratchet(['config', 'validate', 'risky.yaml'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^warning .*risky.yaml:2:9: auth.mode: Nobody signs in.*\n.*is valid.\n$/),
    });
    expect((await ratchet(['config', 'validate', 'risky.yaml', '--strict'])).code).toBe(1);
  });
  it('answers JSON, and judges variables too', async () => {
    const { code, stdout } = await ratchet(['--json', 'config', 'validate'], { RATCHET_SERVER_PORT: 'x' });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      path: null,
      errors: ['RATCHET_SERVER_PORT: server.port: must be a whole number; it is the text "x".'],
      warnings: [],
      valid: false,
    });
  });
  it('fails for a file that is not there', async () => {
    expect(await ratchet(['config', 'validate', 'none.yaml'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('There is no file'),
    });
  });
});

describe('ratchet config generate', () => {
  it('writes a file for its owner alone, and not over another one', async () => {
    const args = ['config', 'generate', '--profile', 'development', '--output', 'made.yaml'];
    expect((await ratchet(args)).code).toBe(0);
    expect(statSync(join(folder, 'made.yaml')).mode & 0o777).toBe(0o600);
    expect((await ratchet(['config', 'validate', 'made.yaml'])).code).toBe(0);
    expect(await ratchet(args)).toMatchObject({ code: 2, stderr: expect.stringContaining('is there already') });
    expect((await ratchet([...args, '--force'])).code).toBe(0);
  });
  it('names the profiles where there is none of the name', async () => {
    expect(await ratchet(['config', 'generate', '--profile', 'huge'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('minimal, development, staging, production or enterprise'),
    });
  });
});

it('ratchet config show says what counts here and why, without secrets', async () => {
  write('shown.yaml', 'server:\n  port: 1234\nauth:\n  admin:\n    password: a long password\n');
  const args = ['--json', 'config', 'show', '--config', 'shown.yaml'];
  const { stdout } = await ratchet(args, { RATCHET_SERVER_HOST: '::1' });
  const { values, sources } = JSON.parse(stdout);
  expect(values.server).toMatchObject({ port: 1234, host: '::1' });
  expect(values.auth.admin.password).toBe('***');
  expect(sources).toMatchObject({ 'server.port': 'file', 'server.host': 'environment', 'server.role': 'default' });
  expect(await ratchet(['config', 'show', 'server.prt'])).toMatchObject({ code: 1 });
});

describe('over a running server', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await serve(folder);
  });
  afterAll(() => server?.kill('SIGKILL'));

  it('config set changes its file, and config show says what it has', async () => {
    const at = ['--server', server.address];
    const set = await ratchet([...at, 'config', 'set', 'retention.logs_days=3', 'server.allowed_hosts=["a.org"]']);
    expect(set).toMatchObject({ code: 0, stdout: expect.stringMatching(/waits for a restart\s+server.allowed_hosts/) });
    const file = readFileSync(join(folder, 'data', 'ratchet.yaml'), 'utf8');
    expect(file).toBe('retention:\n  logs_days: 3\nserver:\n  allowed_hosts: [a.org]\n');
    const shown = await ratchet([...at, 'config', 'show', 'retention.logs_days']);
    expect(shown.stdout).toMatch(/retention.logs_days\s+3\s+file/);
    expect(await ratchet([...at, 'config', 'set', 'server.port=1'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('The option --port sets server.port'),
    });
  });
});
