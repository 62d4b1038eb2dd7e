import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, serve } from '../../server-process.ts';
import { openConsole } from './open-console.ts';
import type { Terminal } from './open-terminal.ts';

let folder: string;
let server: ServerProcess;
let terminal: Terminal | null = null;
const history = () => join(folder, '.local/state/ratchet/console-history');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-console-'));
  server = await serve(folder);
  await server.client.tasks.create({
    name: 'say hello',
    sourceCode: '(input) => ({ hello: input.name ?? "world" })\n',
  });
  await server.client.tasks.create({
    name: 'slow',
    sourceCode: '() => { const end = Date.now() + 60000; while (Date.now() < end); }\n',
  });
  writeFileSync(join(folder, 'greet.js'), '(input) => input.name\n');
});
afterEach(() => terminal?.end());
afterAll(async () => {
  await server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function open(...args: string[]): Promise<Terminal> {
  terminal = await openConsole({ folder, args: ['console', '--server', server.address, ...args] });
  await terminal.sees('(connected)>');
  return terminal;
}
const enter = async (text: string) => {
  await terminal?.type(text);
  await terminal?.press('Enter');
};

describe('the line', () => {
  it('completes commands, names of the server, options, files and variables', { timeout: 120_000 }, async () => {
    const at = await open();
    await at.type('task sho');
    await at.press('Tab');
    await at.sees(/> task show$/m);
    await at.type('say');
    await at.press('Tab');
    await at.sees("task show 'say hello'");
    await at.press('Enter');
    await at.sees(/name +say hello/);
    await at.type('run slow --no-w');
    await at.press('Tab');
    await at.sees(/run slow --no-wait$/m);
    await at.press('C-u');
    await at.type('task create x --source @gre');
    await at.press('Tab');
    await at.sees('--source @greet.js');
    await at.press('C-u');
    await enter('set GREETING hi');
    await at.type('echo $GREE');
    await at.press('Tab');
    await at.sees(/echo \$GREETING$/m);
    await at.press('Enter');
    await at.sees(/^hi$/m);
  });

  it('remembers lines over sessions, finds them with Ctrl-R, and writes no secret down', {
    timeout: 120_000,
  }, async () => {
    let at = await open();
    await enter('echo first of all');
    await at.sees(/^first of all$/m);
    await enter('set MY_TOKEN abcdef123456');
    await enter('echo second');
    await at.sees(/^second$/m);
    await at.press('Up', 'Up');
    await at.sees(/> set MY_TOKEN abcdef123456$/m);
    await at.press('C-u', 'C-d');
    await at.sees('[ended with 0]');
    at.end();
    expect(readFileSync(history(), 'utf8')).not.toContain('abcdef123456');
    expect(statSync(history()).mode & 0o777).toBe(0o600);

    at = await open();
    await at.press('Up');
    await at.sees(/> echo second$/m);
    await at.press('C-u', 'C-r');
    await at.type('first');
    await at.sees('(search: first) echo first of all');
    await at.press('Enter');
    await at.sees(/^first of all$/m);
  });

  it('runs what was pasted with Enter alone, and goes on where a quote is open', { timeout: 120_000 }, async () => {
    const at = await open();
    await at.paste('echo one\necho two\necho three');
    await at.sees('2 lines pasted: Enter runs, Ctrl-C drops > echo three');
    expect(await at.screen()).not.toMatch(/^one$/m);
    await at.press('Enter');
    await at.sees(/^one\ntwo\nthree$/m);
    await enter("echo 'four");
    await at.sees(/^\.\.\.$/m);
    await enter("five'");
    await at.sees(/^four\nfive$/m);
    await at.type('half a line');
    await at.press('C-c');
    await enter('echo still here');
    await at.sees(/^still here$/m);
  });

  it('suggests what was meant, names an error and stays', { timeout: 120_000 }, async () => {
    const at = await open();
    await enter('tsk list');
    await at.sees('Did you mean task?');
    await enter('task shwo x');
    await at.sees('Did you mean show?');
    await enter('echo $MISSING');
    await at.sees('There is no variable MISSING');
    await enter('task show nothing; echo not this');
    await at.sees('NOT_FOUND');
    await enter('echo code $?');
    const screen = await at.sees(/^code 1$/m);
    expect(screen).not.toMatch(/^not this$/m);
    await enter('serve');
    await at.sees('A server needs a process of its own');
  });
});

it('ends with Ctrl-C what runs, and nothing else', { timeout: 120_000 }, async () => {
  const at = await open();
  await enter('run slow');
  await expect
    .poll(
      async () =>
        (await server.client.executions.list({ filters: [{ field: 'status', value: 'running' }] })).meta.total,
      { timeout: 30_000 },
    )
    .toBe(1);
  await at.press('C-c');
  await at.sees(/\^C\s+ratchet.*connected\)>/);
  await enter('echo code $?');
  await at.sees(/^code 130$/m);
  await enter('sleep 600');
  await at.sees(/sleep 600$/m);
  await at.press('C-c');
  await at.sees(/sleep 600\n\^C\n+ratchet.*>$/m);
  await enter('exit 7');
  await at.sees('[ended with 7]');
});

it('keeps what the last command answered', { timeout: 120_000 }, async () => {
  const at = await open();
  await enter(`run 'say hello' --input '{"name":"Ann"}'`);
  await at.sees('"hello": "Ann"');
  await enter(`echo \${LAST.status} \${LAST.output.hello}`);
  await at.sees(/^completed Ann$/m);
  await enter('execution show $LAST');
  await at.sees(/status +completed/);
});

it('asks step by step for what a command needs, and shows it before it is sent', { timeout: 120_000 }, async () => {
  const at = await open();
  await enter('task create');
  await at.sees('Name:');
  await enter('slow');
  await at.sees('There is a task named slow already');
  await enter('asked');
  await at.sees('File with its code');
  await enter('missing.js');
  await at.sees('There is no file missing.js');
  await at.type('gree');
  await at.press('Tab', 'Enter');
  await at.sees('Is it TypeScript?');
  await at.press('Enter');
  await at.sees('What it does');
  await enter('Answers a name.');
  await at.sees('Repository');
  await at.press('Enter');
  await at.sees("task create asked --source @greet.js --description 'Answers a name.'");
  await at.sees('Send it?');
  await at.press('Enter');
  await at.sees(/^id +[0-9a-f-]{36}\nname +asked/m);
  const { items } = await server.client.tasks.list({ filters: [{ field: 'name', value: 'asked' }] });
  expect(items).toHaveLength(1);
  await enter('schedule create');
  await at.sees('Task (asked, say hello, slow)');
  await at.press('C-c');
  await at.sees('Given up: nothing was sent.');
  await enter('echo goes on');
  await at.sees(/^goes on$/m);
});

it('says when the server is gone, and when it is back', { timeout: 240_000 }, async () => {
  const port = Number(new URL(server.address).port);
  const at = await open();
  await server.kill('SIGKILL');
  await at.sees('(offline)>');
  await enter('task list');
  await at.sees('No server answers');
  await enter('help offline');
  await at.sees('What works without one');
  await enter('clear');
  server = await serve(folder, {}, 'none', port);
  await at.sees('(connected)>');
  await enter('task list --search hello');
  await at.sees(/say hello +1\.0\.0/);
  await enter('disconnect');
  await at.sees('(disconnected)>');
  await enter('task list');
  await at.sees('Not connected.');
  await enter(`connect ${port}`);
  await at.sees(/Connected to http:\/\/127\.0\.0\.1:\d+/);
  await at.sees('(connected)>');
});
