import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operations } from '@ratchet/contract/operations/table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runInProcess } from './run-in-process.ts';
import { type ServerProcess, serve } from './server-process.ts';

let folder: string;
let server: ServerProcess;
let execution: string;
let job: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-every-command-'));
  const task = join(folder, 'tasks', 'twice');
  mkdirSync(join(task, 'tests'), { recursive: true });
  writeFileSync(join(task, 'metadata.json'), '{"name": "twice", "version": "1.0.0"}\n');
  writeFileSync(join(task, 'main.js'), '(input) => input.n * 2\n');
  writeFileSync(join(task, 'tests', 'a.json'), '{"input": {"n": 2}, "expected": 4}\n');
  server = await serve(folder);
  await ratchet('repo', 'add', 'ops', join(folder, 'tasks'));
  await ratchet('repo', 'sync', 'ops');
  await ratchet('schedule', 'create', 'twice', '@daily', '--name', 'daily');
  await ratchet('output', 'create', 'files', 'filesystem', '--set', `root=${folder}`, '--set', 'path={{task.name}}');
  await ratchet('alert', 'create', 'late', '--metric', 'sync_lag_seconds', '--threshold', '3600');
  writeFileSync(join(folder, 'value'), 'secret');
  await ratchet('secret', 'create', 'KEY', '--value-file', join(folder, 'value'));
  const ran = await json('run', 'twice', '--input', '{"n":1}');
  [execution, job] = [ran.id, ran.jobId];
});
afterAll(async () => {
  await server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const env = (more: Record<string, string> = {}) => ({
  PATH: process.env.PATH ?? '',
  HOME: folder,
  RATCHET_SERVER_URL: server.address,
  ...more,
});
const ratchet = (...args: string[]) => runInProcess(args, { env: env() });
const json = async (...args: string[]) => {
  const said = await ratchet('--json', ...args);
  if (said.code !== 0) throw new Error(said.err);
  return JSON.parse(said.out);
};
/** An editor that writes a text, or what sed makes of what is there. */
function editor(script: string): Record<string, string> {
  const path = join(folder, 'editor.sh');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return env({ EDITOR: path });
}

describe('commands that read', () => {
  const none = '01930f3e-0000-7000-8000-000000000000';
  /** What each is called with; null: it goes on for ever, or needs what only a test of its own can make. */
  const called: Readonly<Record<string, () => string[] | null>> = {
    'task show': () => ['twice'],
    'task source': () => ['twice'],
    'task history': () => ['twice'],
    'task revision': () => ['twice', '1'],
    'task file list': () => ['twice'],
    'task file show': () => ['twice', 'main.js'],
    diff: () => ['twice'],
    validate: () => ['twice'],
    plan: () => ['ops'],
    'repo show': () => ['ops'],
    'repo test': () => ['ops'],
    'repo status': () => ['ops'],
    'repo analytics': () => ['ops'],
    'repo history': () => ['ops'],
    'repo pushes': () => ['ops'],
    'execution show': () => [execution],
    'execution logs': () => [execution],
    'execution watch': () => [execution],
    'execution trace': () => [execution],
    'execution analyse': () => [none],
    'execution recording': () => [none],
    'job show': () => [job],
    'batch show': () => [none],
    'schedule show': () => ['daily'],
    'schedule preview': () => ['daily'],
    'worker show': () => [none],
    'output show': () => ['files'],
    'output delivery': () => [none],
    'secret show': () => ['KEY'],
    'result show': () => [none],
    'alert show': () => ['late'],
    'user show': () => ['nobody'],
    'api-key show': () => ['nothing'],
    'grant show': () => [none],
    'conflict show': () => [none],
    'task export': () => ['--out', '-', '--format', 'json'],
    'task discover': () => [join(folder, 'tasks')],
    'generate task': () => ['http_api_call', 'made'],
    'server audit --export': () => ['-'],
  };
  const reads = operations.flatMap(({ effect, cli, name }) =>
    effect === 'read' && cli !== undefined && !/^(specs|projects)\./.test(name) ? [cli] : [],
  );
  it.each([...new Set([...reads, ...Object.keys(called), 'repo verify ops', 'template show http_api_call'])])(
    '%s, piped: no colour, and JSON alone with --json',
    async (cli) => {
      const args = [...cli.split(' '), ...(called[cli]?.() ?? [])];
      const people = await ratchet(...args);
      expect(people.out + people.err).not.toContain('\u001b');
      expect([people.code, people.err]).not.toEqual([2, expect.anything()]);
      if (people.code === 0) expect(people.out).not.toBe('');
      if (args.includes('-')) return;
      const { out, code } = await ratchet('--json', ...args);
      expect(code).toBe(people.code);
      if (code === 0) for (const part of cli === 'execution watch' ? out.trim().split('\n') : [out]) JSON.parse(part);
    },
  );
  it('are painted where that is asked for', async () => {
    const { out } = await runInProcess(['task', 'list'], { env: env({ FORCE_COLOR: '1' }) });
    expect(out).toContain('\u001b[2m');
    expect((await runInProcess(['task', 'list'], { env: env(), columns: 60 })).out).toContain('\u001b[2m');
    expect((await runInProcess(['task', 'list'], { env: env({ NO_COLOR: '1' }), columns: 60 })).out).not.toContain(
      '\u001b',
    );
  });
});

describe('a name that is not known', () => {
  it.each([
    [['task', 'show', 'twcie'], 'Did you mean "twice"?'],
    [['repo', 'show', 'op'], 'Did you mean "ops"?'],
    [['schedule', 'show', 'dayly'], 'Did you mean "daily"?'],
    [['output', 'show', 'flies'], 'Did you mean "files"?'],
    [['alert', 'show', 'lat'], 'Did you mean "late"?'],
  ])('%j: %s', async (args, said) => {
    expect(await ratchet(...args)).toMatchObject({ code: 1, err: expect.stringContaining(said) });
  });
});

describe('task', () => {
  it('is made and changed in an editor, and by options', async () => {
    const made = await runInProcess(['task', 'create', 'edited'], { env: editor('echo "(input) => 1" > "$1"') });
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/name +edited/) });
    expect((await runInProcess(['task', 'edit', 'edited'], { env: editor('true') })).out).toBe(
      'Nothing was changed.\n',
    );
    const changed = await runInProcess(['--json', 'task', 'edit', 'edited', '--tag', 'a', 'b', '--editor'], {
      env: editor('sed -i s/1/2/ "$1"'),
    });
    expect(JSON.parse(changed.out)).toMatchObject({ sourceCode: '(input) => 2\n', metadata: { tags: ['a', 'b'] } });
    expect((await ratchet('task', 'list', '--tag', 'b')).out).toContain('edited');
    expect((await ratchet('task', 'source', 'set', 'edited', '(input) => 3')).code).toBe(0);
    expect((await ratchet('task', 'source', 'edited')).out).toBe('(input) => 3\n');
    expect(await ratchet('task', 'edit', 'edited', '--source', 'x', '--revision', '1')).toMatchObject({ code: 3 });
  });
  it('keeps what was typed where the server refuses it', async () => {
    const refused = await runInProcess(['task', 'edit', 'edited', '--revision', '1'], {
      env: editor('echo "(input) => 99" > "$1"'),
    });
    expect(refused.code).toBe(3);
    const [, kept = ''] = /is kept in (\S+)\.$/.exec(refused.err) ?? [];
    expect(readFileSync(kept, 'utf8')).toBe('(input) => 99\n');
    rmSync(join(kept, '..'), { recursive: true });
    const failed = await runInProcess(['task', 'edit', 'edited'], { env: editor('exit 3') });
    expect(failed).toMatchObject({ code: 1, err: expect.stringContaining('ended with code 3') });
    expect(await runInProcess(['task', 'edit', 'edited'], { env: env() })).toMatchObject({
      code: 2,
      err: expect.stringContaining('no terminal'),
    });
  });
  it('has files that are read, written and removed', async () => {
    const picture = join(folder, 'picture');
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    writeFileSync(picture, bytes);
    expect((await ratchet('task', 'file', 'set', 'edited', 'data/picture', picture)).code).toBe(0);
    expect((await ratchet('task', 'file', 'show', 'edited', 'data/picture', '--out', join(folder, 'copy'))).code).toBe(
      0,
    );
    expect(readFileSync(join(folder, 'copy'))).toEqual(bytes);
    const note = await runInProcess(['task', 'file', 'set', 'edited', 'note.txt', '-'], {
      env: env(),
      input: 'a note',
    });
    expect(note.code).toBe(0);
    const more = editor('echo " and more" >> "$1"');
    expect((await runInProcess(['task', 'file', 'set', 'edited', 'note.txt'], { env: more })).code).toBe(0);
    expect((await ratchet('task', 'file', 'show', 'edited', 'note.txt')).out).toBe('a note and more\n');
    expect((await ratchet('task', 'file', 'delete', 'edited', 'note.txt')).code).toBe(0);
    expect((await ratchet('task', 'file', 'list', 'edited')).out).not.toContain('note.txt');
  });
  it('moves to a repository, and has versions side by side', async () => {
    expect((await ratchet('task', 'assign', 'edited', 'ops', '--path', 'edited')).out).toMatch(/repository +ops/);
    expect(await ratchet('task', 'assign', 'edited')).toMatchObject({ code: 2 });
    const { id } = await json('task', 'new-version', 'edited', '2.0.0', '--because', 'new');
    expect((await ratchet('task', 'show', id)).out).toMatch(/version +2\.0\.0/);
    expect((await ratchet('task', 'delete', id)).code).toBe(0);
    expect((await ratchet('task', 'push', 'edited')).code).toBe(0);
    expect(existsSync(join(folder, 'tasks', 'edited'))).toBe(true);
    expect((await ratchet('task', 'run', 'edited')).out).toBe('3\n');
    expect((await ratchet('task', 'stats')).out).toMatch(/total +\d/);
  });
});

describe('repo', () => {
  it('is made, registered and verified', async () => {
    const root = join(folder, 'made');
    const made = await ratchet('repo', 'init', root, '--git', '--register', 'made');
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining('Registered as made') });
    expect((await ratchet('task', 'list', '--repository', 'made')).out).toMatch(/Hello +1\.0\.0 +made/);
    expect((await ratchet('test', join(root, 'hello'))).out).toContain('1 passed');
    expect(await ratchet('repo', 'init', root)).toMatchObject({ code: 2, err: expect.stringContaining('not empty') });
    expect((await ratchet('repo', 'verify', 'made', '--tasks')).out).toContain('Both sides hold the same.');
    expect((await ratchet('repo', 'refresh-metadata', 'made')).out).toMatch(/branch +main\n/);
  });
  it('verify says what differs, and what is wrong', async () => {
    // Else it is taken over by itself at once.
    await ratchet('repo', 'pause', 'ops');
    writeFileSync(join(folder, 'tasks', 'twice', 'main.js'), '(input) => {\n');
    const differs = await ratchet('repo', 'verify', 'ops');
    expect(differs.out).toMatch(/pull modified twice/);
    await ratchet('repo', 'sync', 'ops');
    expect(await ratchet('repo', 'verify', 'ops', '--tasks')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/error/),
    });
    writeFileSync(join(folder, 'tasks', 'twice', 'main.js'), '(input) => input.n * 2\n');
    await ratchet('repo', 'sync', 'ops');
    expect((await ratchet('repo', 'verify', 'ops', '--tasks')).code).toBe(0);
  });
});

describe('job, execution, schedule, grant, alert, server and call', () => {
  it('changes and forgets a job', async () => {
    const { id } = await json('job', 'create', 'twice', '--at', '2099-01-01T00:00:00Z');
    expect(await json('job', 'update', id, '--priority', 'urgent', '--retries', '2')).toMatchObject({
      priority: 'urgent',
      maxRetries: 2,
    });
    expect(await ratchet('job', 'update', id)).toMatchObject({ code: 2, err: expect.stringContaining('Say what') });
    expect(await ratchet('job', 'update', id, '--retries', 'many')).toMatchObject({ code: 2 });
    expect((await ratchet('job', 'list', '--status', 'queued')).out).toContain(id);
    await ratchet('job', 'cancel', id);
    expect((await ratchet('job', 'delete', id)).code).toBe(0);
    expect(await ratchet('job', 'show', id)).toMatchObject({ code: 1 });
  });
  it('forgets an execution', async () => {
    const run = await json('run', 'twice', '--input', '{"n":1}');
    expect((await ratchet('execution', 'delete', run.id)).code).toBe(0);
    expect((await ratchet('execution', 'show', run.id)).code).toBe(1);
  });
  it('grants and takes back', async () => {
    const file = join(folder, 'password');
    writeFileSync(file, 'a long enough password 1');
    await ratchet('user', 'create', 'ann', '--password-file', file);
    const made = await json('grant', 'create', 'ann', '--repository', 'ops', '--permission', 'read', 'run');
    expect((await ratchet('grant', 'list', '--user', 'ann')).out).toMatch(/ann +ops +\* +read, run/);
    expect((await json('grant', 'edit', made.id, '--tasks', 'tw*')).taskPattern).toBe('tw*');
    expect((await ratchet('grant', 'create', 'ann')).code).toBe(2);
    expect((await ratchet('grant', 'delete', made.id)).code).toBe(0);
  });
  it('changes an alert', async () => {
    expect((await json('alert', 'edit', 'late', '--threshold', '10', '--disable')).enabled).toBe(false);
    expect((await ratchet('alert', 'delete', 'late')).code).toBe(0);
  });
  it('says how the server is, and what was done', async () => {
    expect((await ratchet('server', 'status')).out).toMatch(/status +ok/);
    expect((await ratchet('server', 'audit', '--operation', 'alerts.delete')).out).toMatch(/alerts\.delete +done/);
    expect((await ratchet('server', 'audit', '--verify')).out).toMatch(/intact +true/);
    const file = join(folder, 'audit.csv');
    expect((await ratchet('server', 'audit', '--export', file, '--format', 'csv')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('alerts.delete');
    expect(
      await runInProcess(['server', 'status'], { env: env({ RATCHET_SERVER_URL: 'http://127.0.0.1:9' }) }),
    ).toMatchObject({ code: 4 });
  });
  it('calls any operation', async () => {
    const { id } = await json('task', 'show', 'twice');
    const jobs = await ratchet('call', 'jobs.createBulk', JSON.stringify({ jobs: [{ taskId: id, input: { n: 1 } }] }));
    expect(JSON.parse(jobs.out).results[0].job.taskId).toBe(id);
    expect(await ratchet('call', 'tasks.get', '{}')).toMatchObject({ code: 2 });
    const events: string[] = [];
    const ended = new AbortController();
    const watched = runInProcess(['call', 'executions.watch'], {
      env: env(),
      signal: ended.signal,
      hear: (text) => {
        events.push(text);
        ended.abort();
      },
    });
    await expect
      .poll(async () => (await ratchet('run', 'twice', '--input', '{"n":1}')) && events.length > 0, { timeout: 60_000 })
      .toBe(true);
    await watched;
    expect(JSON.parse(events[0] ?? '')).toHaveProperty('type');
  });
  it('tells each request where that is asked for, and nothing that is secret', async () => {
    const { err } = await ratchet('--log-level', 'debug', '--token', 'rk_hidden', 'task', 'list');
    expect(err).toMatch(/GET http:\S+\/api\/v1\/tasks\S* → \d+, \d+ ms/);
    expect(err).not.toContain('hidden');
  });
});

describe('generate mcp-config', () => {
  const write = (style: string, file: string, ...more: string[]) =>
    ratchet('generate', 'mcp-config', '--style', style, '--write', join(folder, file), ...more);
  it('puts a server into a file of a program, and leaves what else is there', async () => {
    const before = '{\n    // mine\n    "servers": {\n        "other": {"command": "x"},\n    },\n}\n';
    writeFileSync(join(folder, 'vscode.json'), before);
    expect((await write('vscode', 'vscode.json', '--http')).code).toBe(0);
    const after = readFileSync(join(folder, 'vscode.json'), 'utf8');
    expect(after).toContain('// mine');
    expect(after).toMatch(/"other": \{\s*"command": "x"\s*\}/);
    expect(after).toContain(`"url": "${server.address}/mcp"`);
    expect(await write('vscode', 'vscode.json')).toMatchObject({ code: 2, err: expect.stringContaining('--force') });
    expect((await write('vscode', 'vscode.json', '--force')).code).toBe(0);
    writeFileSync(join(folder, 'config.toml'), 'model = "x"\n');
    expect((await write('codex', 'config.toml')).code).toBe(0);
    expect(readFileSync(join(folder, 'config.toml'), 'utf8')).toBe(
      `model = "x"\n\n[mcp_servers."ratchet"]\ncommand = "ratchet"\nargs = ["mcp","--server","${server.address}"]\nenv_vars = ["RATCHET_TOKEN"]\n`,
    );
    expect(await write('codex', 'config.toml')).toMatchObject({ code: 2 });
  });
  it('leaves a file alone that it cannot read', async () => {
    writeFileSync(join(folder, 'broken.json'), '{"mcpServers": ');
    expect((await write('claude', 'broken.json')).code).toBe(1);
    expect(readFileSync(join(folder, 'broken.json'), 'utf8')).toBe('{"mcpServers": ');
    expect(readdirSync(folder).filter((name) => name.endsWith('.draft'))).toEqual([]);
  });
  it.each(['claude', 'claude-desktop', 'cursor', 'vscode', 'windsurf', 'gemini', 'opencode', 'codex'])(
    'knows %s',
    async (style) => {
      const { code, out } = await ratchet('generate', 'mcp-config', '--style', style);
      expect([code, out]).toEqual([0, expect.stringContaining('ratchet')]);
      expect((await ratchet('generate', 'mcp-config', '--style', style, '--embedded')).out).toContain('--embedded');
      const http = await ratchet('generate', 'mcp-config', '--style', style, '--http');
      expect(http.code).toBe(style === 'claude-desktop' ? 2 : 0);
    },
  );
});
