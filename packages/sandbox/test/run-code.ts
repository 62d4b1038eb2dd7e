import { createSandbox, type SandboxOptions } from '../src/create-sandbox.ts';
import type { Limits, RunRequest, RunResult, Sandbox, TaskCode } from '../src/sandbox.ts';

export const limits: Limits = {
  timeoutMs: 10_000,
  cpuMs: 10_000,
  memoryMb: 64,
  outputBytes: 100_000,
  logLines: 100,
  logLineBytes: 1000,
  requests: 20,
  responseBytes: 100_000,
};

export const codeOf = (files: string | Record<string, string>, entry?: string): TaskCode => {
  const all = typeof files === 'string' ? { [entry ?? 'main.js']: files } : files;
  const first = entry ?? Object.keys(all)[0] ?? 'main.js';
  return {
    key: JSON.stringify([all, first]),
    files: new Map(Object.entries(all)),
    entry: first,
    sourceType: first.endsWith('.ts') ? 'typescript' : 'javascript',
  };
};

export type Changes = Omit<Partial<RunRequest>, 'limits' | 'code'> & {
  limits?: Partial<Limits>;
  secrets?: Record<string, string>;
};

export const requestOf = (code: TaskCode | string, input: unknown, changes: Changes = {}): RunRequest => {
  const { limits: changed, secrets, ...rest } = changes;
  return {
    code: typeof code === 'string' ? codeOf(code) : code,
    input,
    context: {
      executionId: 'execution-1',
      jobId: null,
      taskId: 'task-1',
      taskVersion: '1.2.3',
      attempt: 1,
      secrets: secrets ?? {},
    },
    network: { allow: null, allowPrivate: [] },
    affinity: 'repository-1',
    ...rest,
    limits: { ...limits, ...changed },
  };
};

/** A sandbox with one runner, and a short way to run code in it. */
export const openSandbox = (options: Partial<SandboxOptions> = {}) => {
  const sandbox: Sandbox = createSandbox({ runners: 1, ...options });
  const run = (code: TaskCode | string, input: unknown = {}, changes: Changes = {}): Promise<RunResult> =>
    sandbox.run(requestOf(code, input, changes));
  return { sandbox, run };
};
