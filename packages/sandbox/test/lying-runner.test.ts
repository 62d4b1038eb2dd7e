import type { FromRunner, ToRunner } from '@ratchet/runner/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { createHttpClient } from '../src/http-client.ts';
import { createRedactor } from '../src/redact.ts';
import { runOnRunner } from '../src/run-on-runner.ts';
import type { RunnerListener, RunnerProcess } from '../src/runner-process.ts';
import { requestOf } from './run-code.ts';

const http = createHttpClient();
afterAll(() => http.close());

/** A runner that somebody has taken over: it says whatever `says` says. */
const takenOver = (says: (message: ToRunner, say: (message: FromRunner) => void) => void) => {
  let listener: RunnerListener | null = null;
  let killed = false;
  const runner: RunnerProcess = {
    pid: 0,
    known: new Set(),
    send: (message) => says(message, (answer) => queueMicrotask(() => listener?.message(answer))),
    listen: (next) => {
      listener = next;
    },
    kill: () => {
      killed = true;
    },
    exited: new Promise(() => {}),
  };
  return { runner, killed: () => killed };
};
const done = (run: number, output: string): FromRunner => ({
  type: 'done',
  run,
  outcome: { status: 'completed', output },
  durationMs: 1,
  rss: 1,
  retire: false,
});
const code = { kind: 'script', source: '', filename: 'task:///main.js', map: null, lines: null } as const;

describe('a runner that was taken over', () => {
  it('cannot hand over an output beyond the limit', async () => {
    const { runner } = takenOver((message, say) => say(done(message.run, JSON.stringify('x'.repeat(2000)))));
    const request = requestOf('', {}, { limits: { outputBytes: 1000 } });
    const ended = await runOnRunner(runner, code, '{}', 'call', request, http, createRedactor([]));
    expect(ended).toMatchObject({ outcome: { status: 'failed', error: { class: 'OutputLimitError' } }, retire: true });
  });

  it('cannot fill the log', async () => {
    const { runner } = takenOver((message, say) => {
      for (let line = 0; line < 100; line += 1)
        say({ type: 'log', run: message.run, level: 'info', message: `${line}`, time: 0 });
      say(done(message.run, '1'));
    });
    const lines: unknown[] = [];
    const request = requestOf('', {}, { limits: { logLines: 3 }, onLog: (line) => lines.push(line) });
    await runOnRunner(runner, code, '{}', 'call', request, http, createRedactor([]));
    expect(lines).toHaveLength(4);
  });

  it('cannot have the code sent again and again', async () => {
    const { runner, killed } = takenOver((message, say) => say({ type: 'missing', run: message.run }));
    const ended = await runOnRunner(runner, code, '{}', 'call', requestOf('', {}), http, createRedactor([]));
    expect(ended).toMatchObject({ outcome: { error: { class: 'RunnerCrashed' } }, retire: true });
    expect(killed()).toBe(true);
  });

  it('cannot make more requests, or reach more, than its task', async () => {
    const answers: unknown[] = [];
    const { runner } = takenOver((message, say) => {
      if (message.type === 'answer') {
        answers.push(message.answer);
        if (answers.length === 4) say(done(message.run, '1'));
        return;
      }
      for (let request = 0; request < 4; request += 1) {
        const call = { url: 'http://127.0.0.1/', method: 'GET', headers: [], body: null, redirect: 'follow' } as const;
        say({ type: 'request', run: message.run, request, call });
      }
    });
    const request = requestOf('', {}, { limits: { requests: 2 } });
    await runOnRunner(runner, code, '{}', 'call', request, http, createRedactor([]));
    expect(answers.map((answer) => (answer as { error: { class: string } }).error.class).sort()).toEqual([
      'NetworkError',
      'NetworkError',
      'RequestLimitError',
      'RequestLimitError',
    ]);
  });

  it('speaks for no run but the one that goes on', async () => {
    const { runner } = takenOver((message, say) => {
      say(done(message.run + 1, '"forged"'));
      say(done(message.run, '"own"'));
    });
    const ended = await runOnRunner(runner, code, '{}', 'call', requestOf('', {}), http, createRedactor([]));
    expect(ended.outcome).toEqual({ status: 'completed', output: '"own"' });
  });
});
