import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exitCodeOf, explain } from '../src/exit.ts';
import { program } from '../src/program.ts';
import { type ServerProcess, serve } from './server-process.ts';

const patient = { timeout: 60_000, interval: 100 };
const environment = { RATCHET_OUTPUT_ALLOW_PRIVATE: '127.0.0.1' };
const received: { delivery: string; authorization: string | undefined }[] = [];
let answer = (response: ServerResponse): void => void response.end();
const hook = createServer((request, response) => {
  const { 'x-ratchet-delivery': delivery, authorization } = request.headers;
  received.push({ delivery: String(delivery), authorization });
  request.resume().once('end', () => answer(response));
});
let folder: string;
let server: ServerProcess;
let url: string;

/** The command itself, in this process. */
async function ratchet(...args: string[]): Promise<{ code: number; out: string }> {
  const said: string[] = [];
  const sink = { write: (text: string) => said.push(text) } as unknown as NodeJS.WriteStream;
  const env = { RATCHET_SERVER_URL: server.address };
  try {
    await program({ stdout: sink, stderr: sink, stdin: process.stdin, env }).parseAsync(['node', 'ratchet', ...args]);
    return { code: 0, out: said.join('') };
  } catch (error) {
    return { code: exitCodeOf(error), out: said.join('') + explain(error) };
  }
}
const deliveries = async () =>
  (await server.client.deliveries.list({ sort: [{ field: 'createdAt', order: 'desc' }] })).items;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-output-cli-'));
  mkdirSync(join(folder, 'outputs'));
  writeFileSync(join(folder, 'token.txt'), 'the-token\n');
  await new Promise<void>((resolve) => void hook.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}`;
  server = await serve(folder, environment);
  await server.client.tasks.create({
    name: 'echo',
    sourceCode: '(input) => input\n',
    inputSchema: {},
    outputSchema: {},
  });
});
afterAll(async () => {
  await server?.kill('SIGKILL');
  hook.closeAllConnections();
  hook.close();
  rmSync(folder, { recursive: true, force: true });
});

it('makes destinations, tries them, changes them and takes them away', async () => {
  const root = join(folder, 'outputs');
  const create = ['output', 'create', 'files', 'filesystem', '--global', '--set', `root=${root}`];
  expect(await ratchet(...create, '--set', 'path={{task.nme}}')).toMatchObject({
    code: 2,
    out: expect.stringMatching(/config\.path: \{\{task\.nme\}\} is not known/),
  });
  expect((await ratchet(...create, '--set', 'path={{task.name}}/{{output.n}}.json', '--set', 'indent=0')).code).toBe(0);
  expect((await ratchet('output', 'test', 'files')).out).toMatch(/could be written/);
  await ratchet('run', 'echo', '--input', '{"n": 1}');
  await expect.poll(() => readdirSync(root, { recursive: true }), patient).toEqual(['echo', join('echo', '1.json')]);
  expect(readFileSync(join(root, 'echo', '1.json'), 'utf8')).toBe('{"n":1}');
  expect((await ratchet('output', 'list')).out).toMatch(/files +filesystem +true +true +success +closed/);
  expect((await ratchet('output', 'edit', 'files', '--set', 'format=yaml', '--attempts', 'often')).code).toBe(2);
  await ratchet('output', 'edit', 'files', '--set', 'format=yaml', '--attempts', '7', '--disable');
  const shown = JSON.parse((await ratchet('--json', 'output', 'show', 'files')).out);
  expect(shown).toMatchObject({ enabled: false, maxAttempts: 7, config: { format: 'yaml', indent: 0, root } });
  expect((await ratchet('output', 'delete', 'files')).code).toBe(0);
  expect(await ratchet('output', 'show', 'files')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/no output destination/),
  });
});

it('delivers again what was on its way when the server was killed', { timeout: 180_000 }, async () => {
  const create = ['output', 'create', 'hook', 'webhook', '--global', '--set', `url=${url}/{{task.name}}`];
  const secret = ['--set', 'auth=bearer', '--secret', `token=@${join(folder, 'token.txt')}`];
  expect((await ratchet(...create, ...secret)).out).not.toContain('the-token');
  answer = () => {};
  await ratchet('run', 'echo');
  await expect.poll(() => received.length, patient).toBe(1);
  await server.kill('SIGKILL');
  answer = (response) => void response.end('thanks');
  server = await serve(folder, environment);
  await expect.poll(async () => (await deliveries())[0]?.status, patient).toBe('delivered');
  const [delivery] = await deliveries();
  expect(received).toEqual(Array(2).fill({ delivery: delivery?.id, authorization: 'Bearer the-token' }));
  expect(delivery?.history.map(({ error }) => error)).toEqual([
    'The server stopped in the middle of this attempt.',
    null,
  ]);
  const id = delivery?.id ?? '';
  expect((await ratchet('output', 'delivery', id)).out).toMatch(/status +delivered/);
  expect((await ratchet('output', 'deliveries', '--destination', 'hook', '--status', 'delivered')).out).toContain(id);
  expect((await ratchet('output', 'retry', id)).out).toMatch(/status +pending/);
  await expect.poll(() => received.length, patient).toBe(3);
});

it('says why nothing arrives', { timeout: 180_000 }, async () => {
  answer = (response) => void response.writeHead(401).end();
  expect(await ratchet('output', 'test', 'hook')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/Check auth and its secret/),
  });
  await server.kill('SIGTERM');
  server = await serve(folder);
  expect((await ratchet('output', 'test', 'hook')).out).toMatch(/unless RATCHET_OUTPUT_ALLOW_PRIVATE names it/);
});
