import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processEnvironment } from './process-environment.ts';
import { runInProcess } from './run-in-process.ts';
import { type ServerProcess, serve } from './server-process.ts';

const main = join(import.meta.dirname, '../src/main.ts');
const many = 60;
let folder: string;
let server: ServerProcess;
let slow: Server;
/** Milliseconds that answers take on their way. */
let delayMs = 0;
/** Requests on their way, and who hears of a new one that writes. */
const forwarded: Promise<void>[] = [];
let hear = (): void => undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-interrupted-'));
  writeTasks(join(folder, 'tasks'), 'task');
  server = await serve(folder);
  await ratchet('repo', 'add', 'ops', join(folder, 'tasks'));
  await ratchet('sync', 'ops');
  slow = createServer((request, response) => {
    if (request.method === 'POST') hear();
    const forward = async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { host: _, connection: __, 'transfer-encoding': ___, 'content-length': ____, ...headers } = request.headers;
      const answered = await fetch(server.address + request.url, {
        method: request.method ?? 'GET',
        headers: headers as Record<string, string>,
        ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
      });
      const bytes = Buffer.from(await answered.arrayBuffer());
      response.writeHead(answered.status, { 'content-type': answered.headers.get('content-type') ?? '' });
      // A little at a time, so that an interruption comes in the middle.
      for (let at = 0; at < bytes.length; at += 4096) {
        await sleep(delayMs);
        response.write(bytes.subarray(at, at + 4096));
      }
      response.end();
    };
    forwarded.push(forward().catch(() => void response.destroy()));
  });
  await new Promise<void>((resolve) => void slow.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  slow?.closeAllConnections();
  slow?.close();
  await server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function writeTasks(root: string, name: string): void {
  for (let i = 0; i < many; i++) {
    const task = join(root, `${name}-${i}`);
    mkdirSync(task, { recursive: true });
    writeFileSync(join(task, 'metadata.json'), `{"name": "${name} ${i}", "version": "1.0.0"}\n`);
    writeFileSync(join(task, 'main.js'), `(input) => ${JSON.stringify('x'.repeat(4000))}\n`);
  }
}

const ratchet = (...args: string[]) =>
  runInProcess(args, { env: { HOME: folder, RATCHET_SERVER_URL: server.address } });
const start = (args: readonly string[], address: string): ChildProcess =>
  spawn(process.execPath, [main, '--log-level', 'debug', ...args], {
    cwd: folder,
    env: { ...processEnvironment(folder), RATCHET_SERVER_URL: address },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
/** As a shell says it: one that is at its very end is ended by the signal itself, which is 130 too. */
const ended = (child: ChildProcess) =>
  new Promise<number>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : -1))),
  );
const slowly = () => `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;

/** Interrupts a command so long after its first request was answered, and says what it ended with. */
async function interrupt(args: readonly string[], afterMs: number): Promise<number> {
  const child = start(args, slowly());
  const end = ended(child);
  let said = '';
  for await (const chunk of child.stderr ?? []) {
    said += String(chunk);
    if (said.includes('→')) break;
  }
  await sleep(afterMs);
  child.kill('SIGINT');
  return end;
}

describe('SIGINT leaves nothing half-written', () => {
  const drafts = () => readdirSync(folder).filter((name) => name.includes('draft'));

  it.each([0, 5, 20, 60, 200])('in a folder that tasks are exported into, after %i ms', async (afterMs) => {
    delayMs = 1;
    const into = join(folder, `into-${afterMs}`);
    const code = await interrupt(['task', 'export', '--into', into], afterMs);
    expect([0, 130]).toContain(code);
    if (existsSync(into)) expect(readdirSync(into)).toHaveLength(many);
    else expect(code).toBe(130);
    expect(drafts()).toEqual([]);
  });

  it.each([0, 30, 150])('in a file that is exported over another, after %i ms', async (afterMs) => {
    delayMs = 1;
    const file = join(folder, `out-${afterMs}.json`);
    const before = 'what was there before\n';
    writeFileSync(file, before);
    const code = await interrupt(['task', 'export', '--format', 'json', '--out', file, '--force'], afterMs);
    expect([0, 130]).toContain(code);
    const after = readFileSync(file, 'utf8');
    if (after !== before) expect(JSON.parse(after).files).toHaveLength(2 * many);
    expect(drafts()).toEqual([]);
  });

  it.each([0, 10])('in a folder that a task is generated into, after %i ms', async (afterMs) => {
    delayMs = 0;
    const into = join(folder, `generated-${afterMs}`);
    const code = await interrupt(['generate', 'task', 'http_api_call', 'Made', '--into', into], afterMs);
    expect([0, 130]).toContain(code);
    if (existsSync(into))
      expect(existsSync(join(into, 'metadata.json')) && existsSync(join(into, 'main.js'))).toBe(true);
    expect(drafts()).toEqual([]);
  });

  it.each(['begins', 'answers'] as const)('on the server that imports, when it %s: all tasks or none', async (when) => {
    delayMs = 1;
    const under = `copies-${when}`;
    const begun = new Promise<void>((resolve) => {
      hear = resolve;
    });
    const child = start(['task', 'import', join(folder, 'tasks'), '--under', under], slowly());
    const end = ended(child);
    await begun;
    if (when === 'answers') await Promise.race([Promise.allSettled(forwarded), sleep(500)]);
    child.kill('SIGINT');
    expect([0, 130]).toContain(await end);
    await Promise.allSettled(forwarded);
    const filters = [{ field: 'repositoryPath', op: 'like' as const, value: `${under}/` }];
    expect([0, many]).toContain((await server.client.tasks.list({ filters })).meta.total);
  });

  it('ends what waits and watches, with 130', async () => {
    delayMs = 0;
    const child = start(['call', 'executions.watch'], server.address);
    const end = ended(child);
    for await (const chunk of child.stderr ?? []) if (String(chunk).includes('→')) break;
    child.kill('SIGINT');
    expect(await end).toBe(130);
  });
});

it('a reader that stops ends a command quietly', async () => {
  const script = `"${process.execPath}" "${main}" --server ${server.address} task list | head -1; exit \${PIPESTATUS[0]}`;
  const child = spawn('bash', ['-c', script], { env: processEnvironment(folder), stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  expect(await ended(child)).toBe(0);
  expect([out, err]).toEqual([expect.stringMatching(/^NAME .*\n$/), '']);
});
