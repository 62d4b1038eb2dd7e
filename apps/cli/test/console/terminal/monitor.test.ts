import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { runCommand } from '../../run-command.ts';
import { type ServerProcess, serve } from '../../server-process.ts';
import { openConsole } from './open-console.ts';
import type { Terminal } from './open-terminal.ts';

let folder: string;
let server: ServerProcess;
let terminal: Terminal;
let [quick, logs, fails] = ['', '', ''];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-monitor-'));
  server = await serve(folder);
  const make = async (name: string, sourceCode: string) => (await server.client.tasks.create({ name, sourceCode })).id;
  quick = await make('quick', '() => 1\n');
  logs = await make(
    'talks',
    '() => { for (let n = 1; n <= 3; n++) console.log("line " + n); console.warn("take care"); }\n',
  );
  fails = await make('fails', '() => { throw new TypeError("as asked"); }\n');
});
afterEach(() => terminal?.end());
afterAll(async () => {
  await server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const monitor = async (view: string, size: { columns?: number; rows?: number } = {}) => {
  terminal = await openConsole({ folder, args: ['monitor', view, '--server', server.address], ...size });
  await terminal.sees('● connected');
  return terminal;
};
const run = (id: string) => server.client.tasks.run({ id, wait: true });
const counted = (screen: string, name: string): number => Number(new RegExp(`${name} ([\\d,]+)`).exec(screen)?.[1]);

it('draws what happens while it happens', { timeout: 180_000 }, async () => {
  const at = await monitor('dashboard');
  const before = counted(await at.screen(), 'completed');
  for (let n = 0; n < 3; n++) await run(quick);
  await at.sees(`completed ${before + 3}`);
  await at.sees(/3 in a minute|[1-9]\d* in a minute/);
  await run(fails);
  await at.sees(/failed 1 /);
  await at.sees(/failed +fails/);
  for (let n = 0; n < 4; n++) await run(quick);
  await at.sees(`completed ${before + 7}`);
  // Paused, it stays as it is; what happened is there afterwards.
  await at.press('p');
  await at.sees('PAUSED');
  await run(quick);
  expect(counted(await at.screen(), 'completed')).toBe(before + 7);
  await at.press('p');
  await at.sees(`completed ${before + 8}`);
  await at.press('q');
  await at.sees('[ended with 0]');
});

it('filters, marks and shows one execution, on a terminal of any size', { timeout: 180_000 }, async () => {
  await run(quick);
  await run(fails);
  const at = await monitor('executions');
  await at.sees(/failed +fails/);
  await at.press('/');
  await at.type('fails');
  await at.sees(/\/fails/);
  await at.press('Enter');
  await at.seesNo('Enter keeps it');
  await at.seesNo(/completed +quick/);
  await at.press('Enter');
  await at.sees(/error +TypeError: as asked/);
  await at.press('Escape');
  await at.seesNo('revision 1');
  await at.press('Escape');
  await at.sees(/completed +quick/);
  await at.resize(30, 10);
  await at.sees(/^executions/m);
  await at.seesNo('Ratchet');
  expect((await at.screen()).split('\n').every((line) => line.length <= 30)).toBe(true);
  await at.resize(120, 40);
  await at.sees('Ratchet executions');
  await at.press('?');
  await at.sees('pause: what is shown stays');
});

it('shows what tasks log, and the other screens', { timeout: 180_000 }, async () => {
  const at = await monitor('logs');
  await at.sees('Nothing is logged');
  await run(logs);
  await at.sees('talks line 1');
  await at.sees('talks line 3');
  await at.sees(/warn +talks take care/);
  await at.press('4');
  await at.sees('ratchet_');
  await at.press('5');
  await at.sees(/active +all/);
});

it('comes back when the server does', { timeout: 240_000 }, async () => {
  const port = Number(new URL(server.address).port);
  const at = await monitor('dashboard');
  await server.kill('SIGKILL');
  await at.sees('offline, again in');
  server = await serve(folder, {}, 'none', port);
  await at.sees('● connected');
  const before = counted(await at.screen(), 'completed');
  await run(quick);
  await at.sees(`completed ${before + 1}`);
});

it.each([
  ['TERM', 143],
  ['HUP', 129],
])('gives the terminal back when it is ended with SIG%s', { timeout: 120_000 }, async (signal, code) => {
  const at = await monitor('dashboard');
  expect(await at.ask('#{alternate_on} #{cursor_flag}')).toBe('1 0');
  process.kill(await childOf(Number(await at.ask('#{pane_pid}'))), `SIG${signal}`);
  await at.sees(new RegExp(`^\\[ended with ${code}\\]\\s*$`));
  expect(await at.ask('#{alternate_on} #{cursor_flag}')).toBe('0 1');
});

async function childOf(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ')[0]);
}

it('is one picture where there is no terminal', { timeout: 60_000 }, async () => {
  const { code, stdout } = await runCommand(folder, ['monitor', 'dashboard', '--server', server.address]);
  expect(code).toBe(0);
  expect(stdout).toContain('Executions of the last hour');
  expect(stdout).not.toContain('\u001b');
});
