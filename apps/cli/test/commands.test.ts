import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyCommand } from '../src/command-tree.ts';
import { program } from '../src/program.ts';
import { runCommand } from './run-command.ts';
import { type ServerProcess, serve } from './server-process.ts';

const main = join(import.meta.dirname, '../src/main.ts');
let folder: string;
let server: ServerProcess;
let address: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-commands-'));
  const tasks = join(folder, 'tasks');
  for (const [name, code] of [
    ['twice', '(input) => input.n * 2\n'],
    ['fails', '() => { throw new Error("it fails"); }\n'],
  ] as const) {
    mkdirSync(join(tasks, name, 'tests'), { recursive: true });
    writeFileSync(join(tasks, name, 'metadata.json'), `{"name": "${name}", "version": "1.0.0"}\n`);
    writeFileSync(join(tasks, name, 'main.js'), code);
    writeFileSync(join(tasks, name, 'tests', 'a.json'), '{"input": {"n": 2}, "expected": 4}\n');
  }
  server = await serve(folder);
  address = server.address;
  await ratchet('repo', 'add', 'tasks', tasks);
  await ratchet('sync', 'tasks');
});
afterAll(async () => {
  await server?.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

const command = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  runCommand(folder, args, environment);
const ratchet = (...args: string[]) => command(['--server', address, ...args]);

describe('help', () => {
  const commands = everyCommand(program(process)).filter((each) => each.name() !== 'help');
  it('knows a good many commands', () => {
    expect(commands.length).toBeGreaterThan(40);
  });
  it.each(commands.map((each) => [each.name(), each] as const))(
    'of %s says what it does, with an example',
    (_, each) => {
      const said: string[] = [];
      each.configureOutput({ writeOut: (text) => void said.push(text) });
      each.outputHelp();
      const help = said.join('');
      expect(each.description()).not.toBe('');
      expect(help).toMatch(/Example:\n {2}\$ ratchet \w/);
      for (const option of each.options) expect(option.description).not.toBe('');
    },
  );
});

describe('what a command ends with', () => {
  it.each<[string[], number, RegExp]>([
    [['--version-no'], 2, /unknown option/],
    [['tsak', 'list'], 2, /Did you mean task\?/],
    [['repo', 'lst'], 2, /Did you mean list\?/],
    [['push'], 2, /Name a task, or a repository/],
    [['run', 'nothing of this name'], 1, /NOT_FOUND/],
    [['run', 'twice', '--input', '{'], 2, /JSON/],
    [['run', 'fails'], 1, /it fails/],
    [['task', 'show', 'nothing'], 1, /There is no task/],
    [['repo', 'remove', 'tasks'], 1, /say with tasks=move/],
    [['repo', 'edit', 'tasks', '--interval', 'often'], 2, /is a number/],
    [['conflict', 'resolve', 'x', '--take', 'mine'], 2, /local or remote/],
    [['sync', 'tasks'], 0, /Nothing changed/],
    [['run', 'twice', '--input', '{"n": 21}'], 0, /42/],
    [['task', 'debug', 'twice', '--break', '1:'], 2, /is no breakpoint/],
    [['task', 'debug', 'twice', '--break', '99'], 2, /has 2 lines, not 99/],
    [['task', 'debug', 'twice', '--step', 'sideways'], 2, /over, into, out or continue/],
    [['task', 'debug', 'fails'], 1, /#1 main\.js:1:\d+ in .*\n +Error: it fails\n(.*\n)*failed: Error: it fails/],
    [
      ['task', 'debug', 'twice', '--input', '{"n":21}', '--entry', '--watch', 'input.n', '--break', '2'],
      0,
      /#1 main\.js:1:.* in .*\n.* input = \{n: 21\}\n.* input\.n = 21\nNever reached: 2\ncompleted 42/,
    ],
    [['task', 'debug', 'twice', '--live'], 0, /devtools:\/\/devtools\/.*\n.*ws:\/\/127\.0\.0\.1:/],
    [['task', 'end-debug', '01a1fd33-5246-7beb-bc29-795f9d85724a'], 1, /There is no debug session/],
  ])('%j: code %i', async (args, code, said) => {
    const ended = await ratchet(...args);
    expect([ended.code, ended.stdout + ended.stderr]).toEqual([code, expect.stringMatching(said)]);
    if (code !== 0) expect(ended.stderr).not.toContain('    at ');
  });
  it('no server: code 4, and what to do', async () => {
    const ended = await command(['--server', 'http://127.0.0.1:9', 'task', 'list']);
    expect(ended).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('ratchet serve') });
  });
});

describe('output', () => {
  it('is JSON alone for programs', async () => {
    for (const args of [
      ['task', 'list'],
      ['repo', 'list'],
      ['status'],
      ['sync', 'tasks'],
      ['run', 'twice', '--input', '{"n":1}'],
    ]) {
      const { stdout } = await ratchet('--json', ...args);
      expect(() => JSON.parse(stdout)).not.toThrow();
    }
  });
  it('is a table for people, without colours where it is piped', async () => {
    const { stdout, stderr } = await ratchet('task', 'list');
    expect(stdout).toMatch(/NAME .*\n(.*\n)*twice /);
    expect(stdout + stderr).not.toContain('\u001b[');
  });
  it('may be cut off by its reader', async () => {
    const script = `"${process.execPath}" "${main}" --server ${address} --json task list | head -c 1`;
    const ended = await new Promise((resolve) => execFile('sh', ['-c', script], (error, out) => resolve([error, out])));
    expect(ended).toEqual([null, '{']);
  });
});

describe('without a server', () => {
  it('runs and tests a folder', async () => {
    const path = join(folder, 'tasks', 'twice');
    expect(await command(['run', path, '--input', '{"n": 5}'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('10'),
    });
    expect(await command(['test', path])).toMatchObject({ code: 0, stdout: expect.stringContaining('1 passed') });
    expect((await command(['test', join(folder, 'tasks', 'fails')])).code).toBe(1);
    expect((await command(['run', join(folder, 'nowhere')])).code).not.toBe(0);
  });
});

it('one edit, from the command line to the repository and back', async () => {
  const file = join(folder, 'new.js');
  writeFileSync(file, '(input) => input.n * 3\n');
  expect((await ratchet('task', 'edit', 'twice', '--source', `@${file}`)).code).toBe(0);
  expect((await ratchet('status')).stdout).toMatch(/modified +twice/);
  expect((await ratchet('diff', 'twice')).stdout).toContain('+(input) => input.n * 3');
  expect((await ratchet('plan', 'tasks')).stdout).toMatch(/push +modified +twice/);
  expect(await ratchet('push', '--all')).toMatchObject({ code: 0, stdout: expect.stringMatching(/yes +twice/) });
  expect((await ratchet('status')).stdout).toContain('Nothing.');
  expect((await ratchet('repo', 'history', 'tasks')).stdout).toMatch(/push +manual +success/);
});
