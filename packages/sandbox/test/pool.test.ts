import { execFile, fork } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxOptions } from '../src/create-sandbox.ts';
import { fence, type RunnerExit } from '../src/runner-process.ts';
import type { Sandbox } from '../src/sandbox.ts';
import { openSandbox } from './run-code.ts';

const opened: Sandbox[] = [];
const open = (options: Partial<SandboxOptions> = {}) => {
  const exits: RunnerExit[] = [];
  const warnings: string[] = [];
  const made = openSandbox({
    onRunnerExit: (exit) => exits.push(exit),
    onWarning: (text) => warnings.push(text),
    ...options,
  });
  opened.push(made.sandbox);
  return { ...made, exits, warnings };
};
afterEach(async () => {
  for (const sandbox of opened.splice(0)) await sandbox.close();
});

const run = promisify(execFile);
const childrenOf = async (pid: number): Promise<number[]> => {
  const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.split('\n').map(Number).filter(Boolean);
};
const runnerPids = async (): Promise<number[]> => {
  const found: number[] = [];
  for (const pid of await childrenOf(process.pid)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('packages/runner')) found.push(pid);
  }
  return found;
};
const waitUntil = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe('the pool', () => {
  it('starts runners when they are needed, and not more than it may', async () => {
    const { sandbox, run } = open({ runners: 2 });
    expect(sandbox.stats()).toEqual({ runners: 0, busy: 0, waiting: 0, recycled: 0 });
    const code = 'async (n) => { await new Promise((r) => setTimeout(r, 20)); return n }';
    const results = await Promise.all([1, 2, 3, 4, 5].map((n) => run(code, n)));
    expect(results.map((result) => result.status === 'completed' && result.output)).toEqual([1, 2, 3, 4, 5]);
    expect(sandbox.stats()).toEqual({ runners: 2, busy: 0, waiting: 0, recycled: 0 });
  });

  it('serves affinities in turn', async () => {
    const { run } = open({ runners: 1 });
    const order: string[] = [];
    const one = (affinity: string): Promise<unknown> =>
      run('() => 1', {}, { affinity }).then(() => order.push(affinity));
    await Promise.all([one('a'), one('a'), one('a'), one('a'), one('b'), one('b'), one('c')]);
    expect(order).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'a']);
  });

  it('replaces runners after a number of runs', async () => {
    const { sandbox, run, exits } = open({ runsPerRunner: 2 });
    const pid = async (): Promise<number[]> => runnerPids();
    await run('() => 1');
    const [first] = await pid();
    await run('() => 1');
    await waitUntil(() => exits.length === 1);
    await run('() => 1');
    const [second] = await pid();
    expect(second).not.toBe(first);
    expect(sandbox.stats().recycled).toBe(1);
  });

  it('replaces a runner whose memory has grown', async () => {
    const { sandbox, run, exits } = open({ memoryBoundMb: 1 });
    await run('() => 1');
    await waitUntil(() => exits.length === 1);
    expect(sandbox.stats()).toMatchObject({ runners: 0, recycled: 1 });
    expect(await run('() => 2')).toMatchObject({ output: 2 });
  });

  it('fails the run whose runner is killed, and no other', async () => {
    const { sandbox, run } = open({ runners: 2 });
    let started = 0;
    const both = [0, 1].map((n) =>
      run("async (n) => { console.log('on'); await new Promise((r) => setTimeout(r, 1500)); return n }", n, {
        onLog: () => {
          started += 1;
        },
      }),
    );
    await waitUntil(() => started === 2);
    const [victim] = await runnerPids();
    process.kill(victim as number, 'SIGKILL');
    const results = await Promise.all(both);
    expect(results.map(({ status }) => status).sort()).toEqual(['completed', 'failed']);
    expect(results.find(({ status }) => status === 'failed')).toMatchObject({
      error: { class: 'RunnerCrashed', message: expect.stringContaining('SIGKILL') },
    });
    await waitUntil(() => sandbox.stats().runners === 1);
    expect(await run('() => 1')).toMatchObject({ output: 1 });
  });

  it('replaces a runner that is killed while it is idle', async () => {
    const { run, exits } = open();
    await run('() => 1');
    const [pid] = await runnerPids();
    process.kill(pid as number, 'SIGKILL');
    await waitUntil(() => exits.length === 1);
    expect(await run('() => 1')).toMatchObject({ output: 1 });
  });

  it('keeps what it compiled apart by key, over more keys than it holds', async () => {
    const { run } = open();
    for (const round of [1, 2]) {
      for (let n = 0; n < 80; n += 1) expect([round, await run(`() => ${n}`)]).toMatchObject([round, { output: n }]);
    }
  });

  it('grows and shrinks while it works', async () => {
    const { sandbox, run } = open({ runners: 1 });
    const wait = 'async () => { await new Promise((r) => setTimeout(r, 400)); return 1 }';
    const going = [run(wait), run(wait), run(wait)];
    await waitUntil(() => sandbox.stats().busy === 1 && sandbox.stats().waiting === 2);
    sandbox.resize(3);
    expect(sandbox.stats()).toMatchObject({ busy: 3, waiting: 0 });
    sandbox.resize(1);
    for (const ended of await Promise.all(going)) expect(ended).toMatchObject({ status: 'completed' });
    expect(sandbox.stats()).toMatchObject({ runners: 1, busy: 0 });
    await waitUntil(async () => (await runnerPids()).length === 1);
    sandbox.resize(0);
    expect(await run('() => 1')).toMatchObject({ output: 1 });
  });

  it('lets a waiting run be cancelled', async () => {
    const { sandbox, run } = open();
    const first = run('async () => { await new Promise((r) => setTimeout(r, 300)); return 1 }');
    const stop = new AbortController();
    const second = run('() => 2', {}, { signal: stop.signal });
    await waitUntil(() => sandbox.stats().waiting === 1);
    stop.abort();
    expect(await second).toMatchObject({ status: 'cancelled' });
    expect(await first).toMatchObject({ output: 1 });
  });

  it('refuses work when it is closed, and what waits with it', async () => {
    const { sandbox, run } = open();
    let started = false;
    const onLog = (): void => {
      started = true;
    };
    const going = run("async () => { console.log('on'); await new Promise(() => {}) }", {}, { onLog });
    await waitUntil(() => started);
    const waiting = run('() => 1').catch((error: Error) => error.message);
    await waitUntil(() => sandbox.stats().waiting === 1);
    await sandbox.close();
    expect(await going).toMatchObject({ status: 'failed', error: { class: 'RunnerCrashed' } });
    expect(await waiting).toBe('The sandbox is closed.');
    await expect(run('() => 1')).rejects.toThrow('closed');
    expect(await runnerPids()).toEqual([]);
  });

  it('leaves no process behind when it is closed while one starts', async () => {
    const { sandbox, run } = open();
    const starting = run('() => 1').catch((error: Error) => error.message);
    await waitUntil(async () => (await runnerPids()).length === 1);
    await sandbox.close();
    expect(await starting).toBe('The sandbox is closed.');
    expect(await runnerPids()).toEqual([]);
  });

  it('says when it cannot start a runner', async () => {
    const { run } = open({ nodePath: '/nowhere/node' });
    await expect(run('() => 1')).rejects.toThrow(/before it was ready/);
  });
});

describe('a runner process', () => {
  it.runIf(process.getuid?.() === 0)(
    'runs as nobody when the server is root, and as the server when it must',
    async () => {
      const usual = open();
      await usual.run('() => 1');
      const [pid] = await runnerPids();
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      if (usual.warnings.length === 0) expect(status).toMatch(/^Uid:\s+65534\s+65534/m);
      expect(status).toMatch(/^Groups:\s*$/m);
      const kept = open({ runAs: null });
      expect(await kept.run('() => 1')).toMatchObject({ output: 1 });
      expect(kept.warnings).toHaveLength(1);
    },
  );

  it('has no environment', async () => {
    const { run } = open();
    await run('() => 1');
    const [pid] = await runnerPids();
    const environment = (await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''))
      .split('\0')
      .map((entry) => entry.split('=')[0]);
    expect(environment.filter((name) => name !== '' && !name?.startsWith('NODE_CHANNEL'))).toEqual([]);
  });

  it('may not read, write, start or open anything, even outside its isolates', async () => {
    const secret = await mkdtemp(join(tmpdir(), 'ratchet-fence-'));
    try {
      await writeFile(join(secret, 'secret'), 'secret');
      const probe = `const out = {}; const attempt = (name, act) => { try { act(); out[name] = 'done' } catch (e) { out[name] = e.code } };
        const fs = require('fs');
        attempt('read', () => fs.readFileSync(${JSON.stringify(join(secret, 'secret'))}));
        attempt('passwd', () => fs.readFileSync('/etc/passwd'));
        attempt('environ', () => fs.readFileSync('/proc/self/environ'));
        attempt('list', () => fs.readdirSync('/'));
        attempt('write', () => fs.writeFileSync(${JSON.stringify(join(secret, 'dropped'))}, 'x'));
        attempt('link', () => fs.symlinkSync('/etc/passwd', ${JSON.stringify(join(secret, 'link'))}));
        attempt('process', () => require('child_process').execSync('id'));
        attempt('thread', () => new (require('worker_threads').Worker)('1', { eval: true }));
        attempt('inspector', () => new (require('inspector').Session)().connect());
        console.log(JSON.stringify(out))`;
      const { stdout } = await run(process.execPath, [...fence([]), '-e', probe], { env: {} });
      const made = JSON.parse(stdout) as Record<string, string>;
      for (const [name, code] of Object.entries(made)) expect([name, code]).toEqual([name, 'ERR_ACCESS_DENIED']);
      expect(Object.keys(made)).toHaveLength(9);
    } finally {
      await rm(secret, { recursive: true });
    }
  });

  it('dies with its parent', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ratchet-sandbox-'));
    try {
      const program = join(folder, 'parent.ts');
      const source = `import { createSandbox } from ${JSON.stringify(new URL('../src/create-sandbox.ts', import.meta.url).href)};
        const sandbox = createSandbox({ runners: 1 });
        const code = { key: 'k', files: new Map([['main.js', '() => { console.log("on"); let b = 3n; for (;;) b = b * b }']]), entry: 'main.js', sourceType: 'javascript' };
        const limits = { timeoutMs: 60000, cpuMs: 60000, memoryMb: 64, outputBytes: 1000, logLines: 10, logLineBytes: 100, requests: 0, responseBytes: 0 };
        const context = { executionId: 'e', jobId: null, taskId: null, taskVersion: '', attempt: 1, secrets: {} };
        void sandbox.run({ code, input: {}, context, limits, network: { allow: [], allowPrivate: [] }, affinity: 'a', onLog: () => process.send('on') });`;
      await writeFile(program, source);
      const parent = fork(program, { execPath: process.execPath, execArgv: [], stdio: 'ignore' });
      await new Promise((resolve) => parent.once('message', resolve));
      const pids = await childrenOf(parent.pid as number);
      expect(pids.length).toBeGreaterThan(0);
      parent.kill('SIGKILL');
      const alive = async (pid: number): Promise<boolean> => {
        const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State:\tX');
        return !/^State:\s+[XZ]/m.test(status);
      };
      for (const pid of pids) await waitUntil(async () => !(await alive(pid)));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
