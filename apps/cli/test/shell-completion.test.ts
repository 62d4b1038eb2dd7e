import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completionScript, shells } from '../src/completion/shell-scripts.ts';
import { processEnvironment } from './process-environment.ts';
import { type ServerProcess, serve } from './server-process.ts';

const main = join(import.meta.dirname, '../src/main.ts');
const has = (program: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
let folder: string;
let server: ServerProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-shells-'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'my tasks'));
  writeFileSync(join(folder, 'my tasks', 'input.json'), '{}');
  writeFileSync(join(folder, 'bin', 'ratchet'), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
  chmodSync(join(folder, 'bin', 'ratchet'), 0o755);
  for (const shell of shells) writeFileSync(join(folder, `completion.${shell}`), completionScript(shell));
  server = await serve(folder);
  for (const name of ['CSV to JSON', "it's $HOME", 'twice'])
    await server.client.tasks.create({ name, sourceCode: '(input) => input\n' });
});
afterAll(async () => {
  await server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const run = (program: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const usual = processEnvironment(folder);
    const env = { ...usual, PATH: `${join(folder, 'bin')}:${usual.PATH}`, RATCHET_SERVER_URL: server.address };
    execFile(program, [...args], { cwd: folder, env }, (error, stdout, stderr) =>
      error ? reject(new Error(stderr || error.message)) : resolve(stdout),
    );
  });

/** What bash offers for a line; `words` are as bash cuts it. */
async function bash(words: readonly string[]): Promise<string[]> {
  const script = [
    `source ${join(folder, 'completion.bash')}`,
    'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=$' + '{#COMP_LINE}',
    '_ratchet; printf "%s\\n" "$' + '{COMPREPLY[@]}"',
  ].join('\n');
  const said = await run('bash', ['--norc', '-c', script, 'bash', 'ratchet', ...words]);
  return said.split('\n').filter((line) => line !== '');
}

describe('bash', () => {
  it.each<[string[], string[]]>([
    [['task', 'hist'], ['history ']],
    [['task', 'list', '--sea'], ['--search ']],
    [['job', 'create', 'twice', '--priority', 'h'], ['high ']],
    [['task', 'show', 'CS'], ['CSV\\ to\\ JSON ']],
    [['task', 'show', '"CS'], ['CSV to JSON" ']],
    [['task', 'show', 'CSV\\ t'], ['CSV\\ to\\ JSON ']],
    [['task', 'show', 'it'], ["it\\'s\\ \\$HOME "]],
    [['task', 'import', 'my'], ['my\\ tasks/']],
    [['task', 'import', 'my\\ tasks/'], ['my\\ tasks/input.json ']],
    [['task', 'show', 'nothing'], []],
  ])('completes %j', async (words, offered) => expect(await bash(words)).toEqual(offered));

  it('asks the server that the line names, and is quiet where none answers', async () => {
    expect(await bash(['--server', 'http://127.0.0.1:9', 'task', 'show', ''])).toEqual([]);
    expect(await bash(['--server', server.address, 'task', 'show', 'tw'])).toEqual(['twice ']);
  });
  it('takes what it offers', async () => {
    const [offered = ''] = await bash(['task', 'show', 'it']);
    expect(await run('bash', ['-c', `ratchet --json task show ${offered}`])).toContain(`"name": "it's $HOME"`);
  });
});

describe.runIf(has('zsh'))('zsh', () => {
  it('reads the script', async () => {
    const script = `autoload -Uz compinit; compinit -u; source ${join(folder, 'completion.zsh')}; print $_comps[ratchet]`;
    expect(await run('zsh', ['-f', '-c', script])).toBe('_ratchet\n');
  });
});

describe.runIf(has('fish'))('fish', () => {
  it('completes', async () => {
    const script = `source ${join(folder, 'completion.fish')}; complete -C "ratchet task hist"`;
    expect(await run('fish', ['--no-config', '-c', script])).toMatch(/^history/);
  });
});
