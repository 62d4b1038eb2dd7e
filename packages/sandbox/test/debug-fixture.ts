import type { DebuggableSandbox, DebugRequest } from '../src/debug/open-debug-run.ts';
import { type Trace, type TracePlan, traceRun } from '../src/debug/trace-run.ts';
import type { RunLog } from '../src/sandbox.ts';
import { type Changes, codeOf, requestOf } from './run-code.ts';

export interface Wanted extends Partial<TracePlan> {
  readonly input?: unknown;
  readonly entry?: string;
  readonly timeLimitMs?: number;
  readonly changes?: Changes;
}

export const debugRequest = (files: Record<string, string>, wanted: Wanted): DebugRequest => ({
  ...requestOf(codeOf(files, wanted.entry), wanted.input ?? {}, wanted.changes),
  pauseAtEntry: wanted.pauseOnEntry ?? false,
  timeLimitMs: wanted.timeLimitMs ?? 20_000,
});

/** Debugs a task as one call does. */
export const traceTask = async (
  sandbox: DebuggableSandbox,
  files: Record<string, string>,
  wanted: Wanted = {},
): Promise<Trace & { logs: string[] }> => {
  const logs: string[] = [];
  const onLog = (line: RunLog) => void logs.push(line.message);
  const opened = await sandbox.debug({ ...debugRequest(files, wanted), onLog });
  if ('error' in opened) throw new Error(opened.error.message);
  const trace = await traceRun(opened.run, {
    breakpoints: wanted.breakpoints ?? [],
    steps: wanted.steps ?? [],
    pauseOnExceptions: wanted.pauseOnExceptions ?? 'uncaught',
    pauseOnEntry: wanted.pauseOnEntry ?? false,
    watch: wanted.watch ?? [],
    maxPauses: wanted.maxPauses ?? 100,
  });
  return { ...trace, logs };
};

/** `file:line reason function` of each stop. */
export const stops = ({ pauses }: Trace): string[] =>
  pauses.map((pause) => `${pause.file}:${pause.line} ${pause.reason} ${pause.function}`);

/** The variables of a stop by name, as text. */
export const variables = (trace: Trace, at = 0): Record<string, string> =>
  Object.fromEntries(
    (trace.pauses[at]?.scopes ?? [])
      .flatMap(({ variables: held }) => held.map(({ name, value }) => [name, value]))
      .reverse(),
  );
