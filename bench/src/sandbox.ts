import { runInNewContext } from 'node:vm';
import { createSandbox } from '@ratchet/sandbox/create-sandbox';
import type { RunRequest } from '@ratchet/sandbox/sandbox';
import ivm from 'isolated-vm';
import type { Row } from './frame/row.ts';

export const name = 'Sandbox';

const source = 'async function main(input) { return input }';
const request: RunRequest = {
  code: { key: 'echo', files: new Map([['main.js', source]]), entry: 'main.js', sourceType: 'javascript' },
  input: { a: 1 },
  context: { executionId: 'bench', jobId: null, taskId: null, taskVersion: '1.0.0', attempt: 1, secrets: {} },
  limits: {
    timeoutMs: 60_000,
    cpuMs: 60_000,
    memoryMb: 128,
    outputBytes: 100_000,
    logLines: 100,
    logLineBytes: 1000,
    requests: 0,
    responseBytes: 1000,
  },
  network: { allow: [], allowPrivate: [] },
  affinity: 'bench',
};
const warmUp = 500;
const runs = 4000;

/** An echo task through the whole sandbox, beside a fresh context of Node and of isolated-vm with no sandbox around it. */
export async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  const bare = bareContexts();
  const inNode = perSecond(() => runInNewContext(`(${source})`)({ a: 1 }));
  for (const runners of [1, 2]) {
    const sandbox = createSandbox({ runners });
    const one = async (): Promise<void> => {
      const result = await sandbox.run(request);
      if (result.status !== 'completed')
        throw new Error(`An echo task ended ${result.status}: ${result.error.message}`);
    };
    const all = async (count: number): Promise<void> => {
      let left = count;
      const work = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          await one();
        }
      };
      await Promise.all(Array.from({ length: runners * 2 }, work));
    };
    try {
      const first = await took(one);
      await all(warmUp);
      if (runners === 1) {
        const alone: number[] = [];
        for (let at = 0; at < warmUp; at += 1) alone.push(await took(one));
        const forty = await took(async () => {
          for (let at = 0; at < 40; at += 1) await one();
        });
        rows.push(
          { what: 'the first run, with the start of its runner', figure: first, unit: 'ms' },
          {
            what: 'one warm run, median',
            figure: median(alone),
            unit: 'ms',
            target: 3,
            reference: `isolated-vm context ${(1000 / bare).toFixed(2)} ms`,
          },
          { what: 'forty runs, one after another', figure: forty / 1000, unit: 's', target: 0.4 },
        );
      }
      const ms = await took(() => all(runs));
      rows.push({
        what: `runs, ${runners} runner${runners === 1 ? '' : 's'}`,
        figure: runs / (ms / 1000),
        unit: '/s',
        reference: `isolated-vm context ${bare.toFixed(0)}/s, vm.runInNewContext ${inNode.toFixed(0)}/s, one process each`,
      });
    } finally {
      await sandbox.close();
    }
  }
  return rows;
}

/** Fresh contexts of one isolate that run the same code, a second. */
function bareContexts(): number {
  const isolate = new ivm.Isolate({ memoryLimit: 128 });
  const script = isolate.compileScriptSync(source);
  const rate = perSecond(() => {
    const context = isolate.createContextSync();
    script.runSync(context);
    context.release();
  });
  isolate.dispose();
  return rate;
}

function perSecond(work: () => unknown): number {
  for (let at = 0; at < warmUp; at += 1) work();
  const started = performance.now();
  for (let at = 0; at < runs; at += 1) work();
  return runs / ((performance.now() - started) / 1000);
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
