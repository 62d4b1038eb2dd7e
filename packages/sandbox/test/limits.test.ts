import { afterAll, describe, expect, it } from 'vitest';
import type { RunLog } from '../src/sandbox.ts';
import { openSandbox } from './run-code.ts';

const { sandbox, run } = openSandbox();
afterAll(() => sandbox.close());

describe('limits', () => {
  it.each([
    ['wall clock', '() => { for (;;); }', { timeoutMs: 150 }, 'timed_out', 'TimeoutError', /150 ms.*timeout/],
    ['processor', '() => { for (;;); }', { cpuMs: 100 }, 'timed_out', 'CpuLimitError', /100 ms.*timeout/],
    [
      'heap',
      '() => { const a = []; for (;;) a.push([1, 2]) }',
      { memoryMb: 32 },
      'failed',
      'MemoryLimitError',
      /32 MB.*memory_limit/,
    ],
    [
      'buffers',
      '() => { const a = []; for (;;) a.push(new Uint8Array(1e6)) }',
      { memoryMb: 32 },
      'failed',
      'MemoryLimitError',
      /32 MB/,
    ],
    ['output', "() => 'x'.repeat(999)", { outputBytes: 100 }, 'failed', 'OutputLimitError', /100 bytes.*Return less/],
    [
      'nesting',
      '() => { let a = []; for (let i = 0; i < 600; i += 1) a = [a]; return a }',
      {},
      'failed',
      'OutputLimitError',
      /500 levels/,
    ],
    [
      'requests',
      "() => { for (;;) try { fetch('http://127.0.0.1/') } catch (e) { if (e.name !== 'NetworkError') throw e } }",
      { requests: 2 },
      'failed',
      'RequestLimitError',
      /2 requests.*Ask for more at once/,
    ],
    [
      'requests, async',
      "async () => { for (;;) try { await fetch('http://127.0.0.1/') } catch (e) { if (e.name !== 'NetworkError') throw e } }",
      { requests: 2 },
      'failed',
      'RequestLimitError',
      /2 requests/,
    ],
    [
      'a request',
      "() => fetch('http://127.0.0.1/', { method: 'POST' }, 'x'.repeat(999))",
      { responseBytes: 100 },
      'failed',
      'RequestLimitError',
      /100 bytes/,
    ],
  ])('end with an error of their own and say what to change: %s', async (_, code, limits, status, name, message) => {
    const result = await run(code, {}, { limits });
    expect(result).toMatchObject({ status, error: { class: name, message: expect.stringMatching(message) } });
    expect(await run('() => 1')).toMatchObject({ output: 1 });
  });

  it('bounds the output in bytes, not in characters', async () => {
    const limits = { outputBytes: 100 };
    expect(await run("() => 'x'.repeat(98)", {}, { limits })).toMatchObject({ status: 'completed' });
    for (const code of ["() => 'x'.repeat(99)", "() => 'ü'.repeat(60)", "async () => 'x'.repeat(1000)"]) {
      expect(await run(code, {}, { limits })).toMatchObject({ status: 'failed', error: { class: 'OutputLimitError' } });
    }
  });

  it('bounds the log in lines and says so once', async () => {
    const lines: RunLog[] = [];
    await run(
      '() => { for (let i = 0; i < 10; i += 1) console.log(i) }',
      {},
      { limits: { logLines: 3 }, onLog: (line) => lines.push(line) },
    );
    expect(lines.map(({ message }) => message)).toEqual([
      '0',
      '1',
      '2',
      'The log of one execution has 3 lines; what follows is dropped.',
    ]);
    expect(lines.at(-1)?.level).toBe('warn');
  });

  it('bounds the log as a whole and says so once', async () => {
    const lines: RunLog[] = [];
    await run(
      "(i, { log }) => { for (let i = 0; i < 20; i += 1) log('x'.repeat(50), 'y'.repeat(50)) }",
      {},
      { limits: { logBytes: 1000 }, onLog: (line) => lines.push(line) },
    );
    expect(lines.length).toBeLessThan(10);
    expect(lines.at(-1)).toMatchObject({
      level: 'warn',
      message: 'The log of one execution has 1000 bytes; what follows is dropped.',
    });
  });

  it('cuts a log line at its limit, at the edge of a character', async () => {
    const lines: RunLog[] = [];
    const code =
      "(i, { log }) => { console.log('x'.repeat(50)); console.log('€'.repeat(50)); log.info('m', 'y'.repeat(9999)); console.log('short') }";
    await run(code, {}, { limits: { logLineBytes: 20 }, onLog: (line) => lines.push(line) });
    expect(lines.map(({ message }) => message)).toEqual([
      `${'x'.repeat(20)}… (cut at 20 bytes)`,
      '€€€€€€… (cut at 20 bytes)',
      'm',
      'short',
    ]);
    expect(String(lines[2]?.data).length).toBeLessThan(1100);
  });

  it('lets a run use the memory it is given', async () => {
    const code =
      '() => { const a = []; for (let i = 0; i < 80; i += 1) a.push(new Uint8Array(1e6).fill(i)); return a.length }';
    expect(await run(code, {}, { limits: { memoryMb: 256 } })).toMatchObject({ output: 80 });
    expect(await run(code, {}, { limits: { memoryMb: 32 } })).toMatchObject({ error: { class: 'MemoryLimitError' } });
    expect(await run('() => 1', {}, { limits: { memoryMb: 1 } })).toMatchObject({ output: 1 });
    const heap = '() => { const a = []; for (let i = 0; i < 2e6; i += 1) a.push({ i }); return a.length }';
    expect(await run(heap, {}, { limits: { memoryMb: 256 } })).toMatchObject({ output: 2e6 });
  });

  it('counts waiting as time and not as processor time', async () => {
    const wait = 'async () => { await new Promise((r) => setTimeout(r, 300)); return 1 }';
    expect(await run(wait, {}, { limits: { cpuMs: 100 } })).toMatchObject({ output: 1 });
    expect(await run(wait, {}, { limits: { timeoutMs: 100 } })).toMatchObject({ status: 'timed_out' });
  });
});

describe('cancellation', () => {
  const running: [string, string][] = [
    ['a loop', "() => { console.log('on'); for (;;); }"],
    ['a wait', "async () => { console.log('on'); await new Promise(() => {}) }"],
    ['a step that cannot be interrupted', "() => { console.log('on'); let b = 3n; for (;;) b = b * b }"],
    [
      'a run that ends by itself at once',
      "async (i, { signal }) => { console.log('on'); await new Promise((r) => { signal.onabort = r }); return 1 }",
    ],
  ];
  it.each(running)('stops %s', async (_, code) => {
    const stop = new AbortController();
    const result = await run(code, {}, { signal: stop.signal, onLog: () => stop.abort() });
    expect(result).toMatchObject({ status: 'cancelled', error: { class: 'CancelledError' } });
    expect(await run('() => 1')).toMatchObject({ output: 1 });
  });

  it('tells the task', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    const code =
      "async (i, { signal }) => { console.log('on'); signal.addEventListener('abort', () => console.log('told')); await new Promise(() => {}) }";
    await run(
      code,
      {},
      {
        signal: stop.signal,
        onLog: ({ message }) => {
          seen.push(message);
          stop.abort();
        },
      },
    );
    expect(seen).toEqual(['on', 'told']);
  });

  it('takes a signal that was given before the run', async () => {
    expect(await run('() => 1', {}, { signal: AbortSignal.abort() })).toMatchObject({ status: 'cancelled' });
  });
});

describe('secrets', () => {
  it('never leave through logs, progress or errors', async () => {
    const key = 'p@ss "word"/1';
    const seen: unknown[] = [];
    const code = `async (input, { log, secrets, progress }) => {
      console.log('key ' + secrets.key); log.info('data', { [secrets.key]: [secrets.key] }); console.log(JSON.stringify(secrets)); console.log(encodeURIComponent(secrets.key), btoa(secrets.key));
      console.log('x'.repeat(995) + secrets.key); progress(1, secrets.key);
      throw new ValidationError('bad ' + secrets.key, { key: secrets.key });
    }`;
    const result = await run(
      code,
      {},
      { secrets: { key, short: 'ab' }, onLog: (line) => seen.push(line), onProgress: (_, note) => seen.push(note) },
    );
    const text = JSON.stringify([result, seen]);
    for (const form of [key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key), btoa(key), 'p@s'])
      expect(text).not.toContain(form);
    expect(text).toContain('[redacted]');
    expect(result).toMatchObject({ error: { message: 'bad [redacted]', details: { key: '[redacted]' } } });
  });
});
