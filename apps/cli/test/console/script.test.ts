// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are the console's variables, not ours.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processEnvironment } from '../process-environment.ts';
import { type Ended, runCommand } from '../run-command.ts';
import { type ServerProcess, serve } from '../server-process.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
let folder: string;
let server: ServerProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-script-'));
  server = await serve(folder);
  await server.client.tasks.create({
    name: 'say hello',
    sourceCode: '(input) => ({ hello: input.name ?? "world", whole: input })\n',
  });
});
afterAll(async () => {
  await server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const script = (content: string, ...more: string[]): Promise<Ended> => {
  writeFileSync(join(folder, 'a.ratchet'), content);
  return runCommand(folder, ['console', '--server', server.address, '--script', 'a.ratchet', ...more]);
};

it('runs commands with variables, arguments and what was answered before', { timeout: 120_000 }, async () => {
  const { code, stdout, stderr } = await script(
    [
      '\uFEFF#!/usr/bin/env ratchet',
      '# greets',
      'set TASK "say hello"',
      `run $TASK --no-wait --input '{"name": "first"}'`,
      'run $TASK \\',
      `  --input "{\\"name\\": \\"$1\\"}"`,
      'assert ${LAST.status} == completed',
      'echo "${LAST.output.hello} in ${2:-nowhere}"; set ID $LAST',
      'execution show $ID --json',
      'assert ${LAST.id} == $ID',
      'task list',
      'assert ${LAST.meta.total} >= 1',
    ].join('\r\n'),
    'Ann Bee',
  );
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('Ann Bee in nowhere');
  expect(stdout).not.toContain('\u001b');
});

it('stops at the first failure and names its line; or goes on where that is asked for', {
  timeout: 120_000,
}, async () => {
  const content = 'echo one\ntask show nothing\necho two\nassert 1 == 2\n';
  const stopped = await script(content);
  expect([stopped.code, stopped.stdout]).toEqual([1, 'one\n']);
  expect(stopped.stderr).toMatch(/NOT_FOUND.*nothing[\s\S]*a\.ratchet:2: exit code 1, the script ends here/);
  const went = await script(content, '--continue-on-error');
  expect([went.code, went.stdout]).toEqual([1, 'one\ntwo\n']);
  expect(went.stderr).toContain('a.ratchet:4: exit code 1.');
  const turned = await script(`set +e\n${content}set -e\nfalse\necho three`);
  expect([turned.code, turned.stdout]).toEqual([1, 'one\ntwo\n']);
});

it('answers the exit code of the first failure', { timeout: 120_000 }, async () => {
  expect((await script('nope\n')).code).toBe(2);
  expect((await script('exit 7\necho no\n')).code).toBe(7);
  const away = await runCommand(folder, ['console', '--server', 'http://127.0.0.1:5', '--script', 'a.ratchet']);
  expect(away.code).toBe(7);
  writeFileSync(join(folder, 'b.ratchet'), 'task list\n');
  const offline = await runCommand(folder, ['console', '--server', 'http://127.0.0.1:5', '--script', 'b.ratchet']);
  expect([offline.code, offline.stderr]).toMatchObject([4, expect.stringContaining('No server answers')]);
});

it('runs nothing of a script that cannot be read', { timeout: 120_000 }, async () => {
  const broken = await script("echo one\necho 'two\n");
  expect([broken.code, broken.stdout]).toEqual([2, '']);
  expect(broken.stderr).toContain("a.ratchet:2: A ' is not closed.");
  const missing = await runCommand(folder, ['console', '--script', 'missing.ratchet']);
  expect([missing.code, missing.stderr]).toMatchObject([2, expect.stringContaining('missing.ratchet is not there')]);
  const binary = await script(Buffer.from([0, 1, 2, 255, 10]).toString('latin1'));
  expect(binary.code).toBe(2);
});

it('runs scripts in scripts, with what they set apart or together', { timeout: 120_000 }, async () => {
  writeFileSync(join(folder, 'names.ratchet'), 'set NAME $1\n');
  writeFileSync(join(folder, 'own.ratchet'), 'set NAME changed\necho "in $NAME $1"\n');
  const { code, stdout } = await script('source names.ratchet Ann\nrun own.ratchet x\necho "out $NAME $1"\n', 'mine');
  expect([code, stdout]).toEqual([0, 'in changed x\nout Ann mine\n']);
  const deep = await script('run a.ratchet\n');
  expect([deep.code, deep.stderr]).toMatchObject([2, expect.stringContaining('seems to run itself')]);
});

/** What is piped in, as a script. */
async function piped(input: string): Promise<Ended> {
  const child = spawn(process.execPath, [main, 'console', '--server', server.address], {
    cwd: folder,
    env: processEnvironment(folder),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, stdout, stderr };
}

it('takes what is piped into it as a script', { timeout: 120_000 }, async () => {
  expect(await piped('echo one; echo two')).toMatchObject({ code: 0, stdout: 'one\ntwo\n' });
  expect(await piped('echo $NO\n')).toMatchObject({ code: 2, stderr: expect.stringContaining('standard input:1:') });
  // The script is no input of its commands.
  expect(await piped(`run 'say hello' --input -\necho after`)).toMatchObject({ code: 2, stdout: '' });
  expect(await piped('')).toMatchObject({ code: 0, stdout: '' });
});

it('is ended by a signal', { timeout: 120_000 }, async () => {
  writeFileSync(join(folder, 'long.ratchet'), 'echo begun\nsleep 600\necho never\n');
  const child = spawn(process.execPath, [main, 'console', '--script', 'long.ratchet'], {
    cwd: folder,
    env: processEnvironment(folder),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let shown = '';
  for await (const chunk of child.stdout) {
    shown += String(chunk);
    if (shown.includes('begun')) child.kill('SIGINT');
  }
  expect([await ended, shown]).toEqual([130, 'begun\n']);
});

describe('what else is asked of a server', () => {
  const asked = (...args: string[]) => runCommand(folder, [...args, '--server', server.address]);
  it('shows what an agent sees, over MCP', { timeout: 120_000 }, async () => {
    const tools = await asked('mcp', 'tools', 'health', '--json');
    expect(JSON.parse(tools.stdout).map(({ name }: { name: string }) => name)).toContain('ratchet_health');
    const health = await asked('mcp', 'call', 'ratchet_health');
    expect([health.code, JSON.parse(health.stdout).status]).toEqual([0, 'ok']);
    expect(await asked('mcp', 'call', 'nothing')).toMatchObject({ code: 1 });
    expect(await asked('mcp', 'call', 'ratchet_health', '[]')).toMatchObject({ code: 2 });
    const said = JSON.parse((await asked('mcp', 'capabilities', '--json')).stdout);
    expect(said).toMatchObject({ server: { name: 'ratchet' }, prompts: expect.arrayContaining(['write_task']) });
    expect(said.tools).toBeGreaterThan(50);
    const away = await runCommand(folder, ['mcp', 'tools', '--server', 'http://127.0.0.1:5']);
    expect([away.code, away.stderr]).toMatchObject([4, expect.stringContaining('No server answers')]);
  });
  it('looks after it', { timeout: 120_000 }, async () => {
    const scaled = await asked('server', 'scale', '3', '--json');
    expect(JSON.parse(scaled.stdout).workers[0].desiredConcurrency ?? 3).toBe(3);
    expect((await asked('server', 'scale', 'many')).code).toBe(2);
    expect((await asked('server', 'workers')).stdout).toMatch(/places are busy/);
    expect((await asked('server', 'config', 'queue')).stdout).toContain('queue.concurrency');
    expect((await asked('database', 'status')).stdout).toMatch(/mode +embedded/);
    expect((await asked('database', 'stats')).stdout).toMatch(/tasks +1/);
    const held = await asked('database', 'migrate', '--data-dir', join(folder, 'data'));
    expect([held.code, held.stderr]).toMatchObject([4, expect.stringContaining('in use')]);
    const migrated = await asked('database', 'migrate', '--data-dir', join(folder, 'other'), '--json');
    expect(JSON.parse(migrated.stdout).migrations).toBeGreaterThan(5);
  });
});
