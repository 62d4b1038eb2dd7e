import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Span } from '@ratchet/contract/entities/trace';
import { answeringServer } from '@ratchet/testing/answering-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timeline } from '../src/show-trace.ts';
import { runCommand } from './run-command.ts';
import { type ServerProcess, serve } from './server-process.ts';

let folder: string;
let server: ServerProcess;
let web: Awaited<ReturnType<typeof answeringServer>>;
beforeAll(async () => {
  web = await answeringServer();
  folder = mkdtempSync(join(tmpdir(), 'ratchet-insight-'));
  const tasks = join(folder, 'tasks');
  for (const [name, code] of [
    [
      'asks',
      `export default async () => ({ n: (await (await fetch('${web.base}/count?token=hush')).json()).count, r: Math.random() })\n`,
    ],
    ['fails', '(input) => {\n  const user = input.user;\n  return user.name;\n}\n'],
    [
      'works',
      'function churn() { let s = 0; for (let i = 0; i < 5e7; i++) s += i % 3; return s; }\nfunction main() { return churn(); }\n',
    ],
  ] as const) {
    mkdirSync(join(tasks, name), { recursive: true });
    writeFileSync(join(tasks, name, 'metadata.json'), `{"name": "${name}", "version": "1.0.0"}\n`);
    writeFileSync(join(tasks, name, 'main.js'), code);
  }
  server = await serve(folder, { RATCHET_EXECUTION_ALLOW_PRIVATE: '127.0.0.1' });
  await ratchet('repo', 'add', 'tasks', tasks);
  await ratchet('sync', 'tasks');
});
afterAll(async () => {
  await server?.kill('SIGTERM');
  await web?.close();
  rmSync(folder, { recursive: true, force: true });
});

const ratchet = (...args: string[]) => runCommand(folder, ['--server', server.address, ...args]);

describe('the command line on executions', () => {
  it('records, shows the recording and the timeline, and replays', async () => {
    const ran = await ratchet('run', 'asks', '--record');
    expect(ran.code).toBe(0);
    const id = /Execution (\S+)/.exec(ran.stderr)?.[1] ?? '';
    const file = join(folder, 'requests.har');
    expect((await ratchet('execution', 'recording', id, '--output', file)).stdout).toBe(`Wrote ${file}.\n`);
    expect(JSON.parse(readFileSync(file, 'utf8')).log.entries).toHaveLength(1);
    expect(readFileSync(file, 'utf8')).not.toContain('hush');
    const trace = (await ratchet('execution', 'trace', id)).stdout;
    expect(trace).toMatch(/^asks .*#/);
    expect(trace).toContain(`\n    GET ${web.base}/count?token=[redacted] → 200`);
    const replayed = await ratchet('replay', id);
    expect(JSON.parse(replayed.stdout)).toEqual(JSON.parse(ran.stdout));
    expect(web.asked).toHaveLength(1);
    const queued = await ratchet('replay', id, '--no-wait', '--current');
    expect(queued.stdout).toMatch(/is (pending|running)\n$/);
  });

  it('shows why one failed', async () => {
    await ratchet('run', 'fails');
    const list = JSON.parse((await ratchet('--json', 'execution', 'list', '--limit', '1')).stdout);
    const { stdout, code } = await ratchet('execution', 'analyse', list.items[0].id);
    expect(code).toBe(0);
    expect(stdout).toContain('user is undefined at main.js:3, so it has no member name.');
    expect(stdout).toContain('> 3 |   return user.name;');
    expect(stdout).toContain('  1. See where user gets its value');
  });

  it('shows where the processor’s time went', async () => {
    const ran = await ratchet('run', 'works', '--profile');
    const id = /Execution (\S+)/.exec(ran.stderr)?.[1] ?? '';
    const { stdout } = await ratchet('execution', 'trace', id);
    expect(stdout).toMatch(/Processor time\n/);
    expect(stdout).toMatch(/churn {2}main\.js:1/);
    const stats = await ratchet('execution', 'stats', '--task', 'works', '--window', '1h');
    expect(stats.stdout).toMatch(/TASKNAME +TOTAL/);
    expect((await ratchet('execution', 'stats', '--window', 'soon')).code).toBe(2);
  });

  it('says what to do where there is no recording', async () => {
    const ran = JSON.parse((await ratchet('--json', 'run', 'works')).stdout);
    const replayed = await ratchet('replay', ran.id);
    expect(replayed.code).toBe(1);
    expect(replayed.stderr).toContain('was not recorded. Run the task again with record');
  });
});

describe('the timeline', () => {
  it('indents spans under what they are part of, and marks what failed', () => {
    const span = (
      id: string,
      parentId: string | null,
      kind: 'run' | 'http' | 'execution',
      startMs: number,
      durationMs: number,
      error: string | null = null,
    ) => ({
      id,
      parentId,
      name: kind,
      kind,
      startMs,
      durationMs,
      attributes: (kind === 'http' ? { method: 'GET', url: 'http://x/', status: null } : {}) as Span['attributes'],
      error,
    });
    const spans = [
      span('1', null, 'execution', 0, 100),
      span('2', '1', 'run', 50, 50),
      span('3', '2', 'http', 60, 30, 'refused'),
    ];
    const plain = { dim: (text: string) => text, bad: (text: string) => `!${text}` };
    const trace = { executionId: 'e', queuedAt: '', durationMs: 100, spans, flame: null };
    expect(timeline(trace, plain)).toEqual([
      'execution                      ##############################     100 ms',
      '  run                          ...............###############      50 ms',
      '!    GET http://x/ → no answer  ..................#########...      30 ms',
      '!      refused',
    ]);
  });
});
