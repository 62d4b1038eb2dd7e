import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { everyCommand } from '../src/command-tree.ts';
import { exitCodeOf, explain } from '../src/exit.ts';
import { program } from '../src/program.ts';
import { type ServerProcess, serve } from './server-process.ts';

let folder: string;
let server: ServerProcess;
const kept = () => join(folder, 'config', 'ratchet', 'sign-ins.json');

/** The command itself, in this process, with something on its standard input. */
async function ratchet(args: readonly string[], input = '', more: Readonly<Record<string, string>> = {}) {
  const said: string[] = [];
  const sink = { write: (text: string) => said.push(text) } as unknown as NodeJS.WriteStream;
  const stdin = Readable.from([input]) as unknown as NodeJS.ReadStream;
  const env = { RATCHET_SERVER_URL: server.address, XDG_CONFIG_HOME: join(folder, 'config'), ...more };
  try {
    await program({ stdout: sink, stderr: sink, stdin, env }).parseAsync(['node', 'ratchet', ...args]);
    return { code: 0, out: said.join('') };
  } catch (error) {
    return { code: exitCodeOf(error), out: said.join('') + explain(error) };
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-sign-in-cli-'));
  server = await serve(folder, {}, 'password');
});
afterAll(async () => {
  await server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

it('signs in with the one-time password, which only standard output shows, and changes it', async () => {
  const oneTime = server.printed.match(/one-time password (\S+)/)?.[1] ?? '';
  expect(oneTime).toMatch(/^[a-z0-9]{6}(-[a-z0-9]{6}){3}$/);
  expect(server.log()).not.toContain(oneTime);

  expect(await ratchet(['task', 'list'])).toMatchObject({ code: 1, out: expect.stringContaining('ratchet login') });
  expect((await ratchet(['login', 'admin'], 'wrong\n')).out).toContain('UNAUTHENTICATED');
  const login = await ratchet(['login', 'admin'], `${oneTime}\n`);
  expect(login).toMatchObject({ code: 0, out: expect.stringContaining('ratchet user password') });
  expect(statSync(kept()).mode & 0o777).toBe(0o600);
  expect(readFileSync(kept(), 'utf8')).not.toContain(oneTime);
  expect((await ratchet(['task', 'list'])).out).toContain('Change your password first');
  expect(await ratchet(['user', 'password'], `${oneTime}\na better password\n`)).toMatchObject({ code: 0 });
  expect(await ratchet(['task', 'list'])).toMatchObject({ code: 0 });
  expect((await ratchet(['whoami', '--json'])).out).toContain('"username": "admin"');
});

it('looks after users', async () => {
  writeFileSync(join(folder, 'password'), 'the password of ann\n');
  const file = ['--password-file', join(folder, 'password')];
  expect(await ratchet(['user', 'create', 'ann', '--email', 'ann@example.org', ...file])).toMatchObject({ code: 0 });
  expect((await ratchet(['user', 'list'])).out).toMatch(/ann@example\.org +user/);
  expect((await ratchet(['user', 'edit', 'ann', '--role', 'readonly', '--json'])).out).toContain('"readonly"');
  expect((await ratchet(['user', 'show', 'ann@example.org'])).out).toContain('readonly');
  expect(await ratchet(['user', 'edit', 'ann', '--disable'])).toMatchObject({ code: 0 });
  expect((await ratchet(['login', 'ann', ...file])).code).toBe(1);
  expect(await ratchet(['user', 'edit', 'ann', '--enable'])).toMatchObject({ code: 0 });
  expect(await ratchet(['user', 'password', 'ann'], 'another of ann\n')).toMatchObject({ code: 0 });
  const asAnn = { XDG_CONFIG_HOME: join(folder, 'ann') };
  expect(await ratchet(['login', 'ann'], 'another of ann\n', asAnn)).toMatchObject({ code: 0 });
  expect((await ratchet(['user', 'list'], '', asAnn)).out).toContain('PERMISSION_DENIED');
  expect(await ratchet(['user', 'delete', 'ann'])).toMatchObject({ code: 0 });
  expect((await ratchet(['whoami'], '', asAnn)).out).toContain('UNAUTHENTICATED');
  expect((await ratchet(['user', 'delete', 'admin'])).out).toContain('STATE_CONFLICT');
  expect((await ratchet(['user', 'show', 'nobody'])).out).toContain('NOT_FOUND');
});

it('makes keys that work as tokens until they are taken back', async () => {
  const made = await ratchet(['api-key', 'create', 'ci', '--scope', 'read', '--expires', '90d', '--json']);
  const { key } = JSON.parse(made.out) as { key: string };
  const elsewhere = { XDG_CONFIG_HOME: join(folder, 'nobody') };
  const withKey = { ...elsewhere, RATCHET_TOKEN: key };
  expect((await ratchet(['whoami'], '', withKey)).out).toContain('api_key');
  expect(await ratchet(['task', 'list', '--token', key], '', elsewhere)).toMatchObject({ code: 0 });
  expect((await ratchet(['api-key', 'create', 'x'], '', withKey)).out).toContain('PERMISSION_DENIED');
  expect((await ratchet(['api-key', 'list'])).out).toContain(key.slice(0, 11));
  expect((await ratchet(['api-key', 'show', 'ci'])).out).not.toContain(key);
  expect((await ratchet(['api-key', 'edit', 'ci', '--expires', 'soon'])).code).toBe(2);
  expect(await ratchet(['api-key', 'edit', 'ci', '--disable'])).toMatchObject({ code: 0 });
  expect((await ratchet(['whoami'], '', withKey)).out).toContain('UNAUTHENTICATED');
  expect(await ratchet(['api-key', 'delete', 'ci'])).toMatchObject({ code: 0 });
});

it('renews a sign-in that runs out, and many commands at once renew it once', async () => {
  const saved = JSON.parse(readFileSync(kept(), 'utf8'));
  const [origin = ''] = Object.keys(saved.servers);
  saved.servers[origin].accessExpiresAt = new Date(0).toISOString();
  writeFileSync(kept(), JSON.stringify(saved));
  const answers = await Promise.all(Array.from({ length: 5 }, () => ratchet(['whoami'])));
  expect(answers.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
  expect(JSON.parse(readFileSync(kept(), 'utf8')).servers[origin].refreshToken).not.toBe(
    saved.servers[origin].refreshToken,
  );
});

it('signs out, and keeps nothing', async () => {
  const { accessToken } = Object.values(JSON.parse(readFileSync(kept(), 'utf8')).servers)[0] as { accessToken: string };
  expect(await ratchet(['logout'])).toMatchObject({ code: 0 });
  expect(() => statSync(kept())).toThrow('ENOENT');
  expect((await ratchet(['whoami'], '', { RATCHET_TOKEN: accessToken })).out).toContain('UNAUTHENTICATED');
});

it('shows an example with each command, and takes no password as an argument', () => {
  const io = { stdout: process.stdout, stderr: process.stderr, stdin: process.stdin, env: {} };
  for (const command of everyCommand(program(io)))
    for (const { flags } of command.options) expect(flags).not.toMatch(/--(current-)?password(?!-)/);
});
