/**
 * What the server and a runner process say to each other over the process channel: discriminated unions, errors as data,
 * the task's own values always as JSON text, so that neither side ever merges an object the other one built.
 */

/** Code that runs as it is: no imports left, no types left. */
export interface CompiledCode {
  /** `module`: the completion value is the object of exports. `script`: a classic script. `esm`: a module with await at its top. */
  readonly kind: 'module' | 'script' | 'esm';
  readonly source: string;
  /** Whether the entry file is a classic script; left out where the kind says it. */
  readonly classic?: boolean;
  /** How stack frames name it; always starts with `taskScheme`. */
  readonly filename: string;
}

export const taskScheme = 'task:///';
/** How the injected globals are named where a debugger sees them. */
export const bootName = 'ratchet:boot';

export interface RunnerLimits {
  readonly timeoutMs: number;
  readonly cpuMs: number;
  readonly memoryMb: number;
  readonly outputBytes: number;
  readonly logLines: number;
  /** Bytes of one line, with room for the longest secret, so that it is redacted whole before the line is cut. */
  readonly logLineBytes: number;
  /** Characters of all lines and their data together. */
  readonly logBytes: number;
  readonly requests: number;
  /** Bytes of one request's body. */
  readonly requestBytes: number;
}

/** What a run is told that went over a limit: the limit, and what to change. */
export const limitMessages = {
  time: (ms: number): string =>
    `The task ran longer than ${ms} ms. Give it more time ("timeout" in its metadata, or the run's own) or less to do at once.`,
  processor: (ms: number): string =>
    `The task used more than ${ms} ms of processor time. Give it more time ("timeout" in its metadata) or less to compute.`,
  memory: (mb: number): string =>
    `The task used more than its ${mb} MB of memory. Raise "memory_limit" in its metadata, as far as the server allows, or hold less at once.`,
  output: (bytes: number): string =>
    `The output is larger than ${bytes} bytes. Return less: a page, a summary, or the address of what was stored elsewhere.`,
  depth: (levels: number): string => `The output nests deeper than ${levels} levels. Return it flatter.`,
  requests: (most: number): string =>
    `A task may make ${most} requests in one execution. Ask for more at once, or split the work over several executions.`,
  response: (bytes: number): string =>
    `The response is larger than ${bytes} bytes. Ask the server for less: a page, a filter, fewer fields.`,
} as const;

/** The plain part of the context that a task is called with. */
export interface GuestContext {
  readonly executionId: string;
  readonly jobId: string | null;
  readonly taskId: string | null;
  readonly taskVersion: string;
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly secrets: Readonly<Record<string, string>>;
}

/** A body as text, or as base64 where it is not valid UTF-8. */
export type WireBody = { readonly text: string } | { readonly base64: string };

export interface WireRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: WireBody | null;
  readonly redirect: 'follow' | 'manual' | 'error';
}

export interface WireResponse {
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly redirected: boolean;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: WireBody;
}

/** An error as data. `stack` is V8's text, unmapped. */
export interface WireError {
  readonly class: string;
  readonly message: string;
  readonly stack: string | null;
  /** JSON. */
  readonly details?: string;
}

export type WireAnswer =
  | { readonly ok: true; readonly response: WireResponse }
  | { readonly ok: false; readonly error: { readonly class: string; readonly message: string } };

export type ToRunner =
  | {
      readonly type: 'run';
      readonly run: number;
      /** `load` stops before the entry point is called. */
      readonly mode: 'call' | 'load';
      readonly key: string;
      /** Left out when the runner should have it; a runner without it answers `missing`. */
      readonly code?: CompiledCode;
      /** JSON. */
      readonly input: string;
      readonly context: GuestContext;
      readonly limits: RunnerLimits;
      readonly determinism?: WireDeterminism;
      /** The run has an isolate of its own and is profiled. */
      readonly profile?: boolean;
      /** Run it under a debugger; it begins at `go`. Only for a process that runs nothing else. */
      readonly debug?: {
        /** Stop just before the entry point is called, in our own code: the debugger goes on to the task's first line. */
        readonly pauseAtEntry: boolean;
      };
    }
  /** Begins the debugged run. */
  | { readonly type: 'go'; readonly run: number }
  /** A message of the Chrome DevTools Protocol to the debugged isolate. */
  | { readonly type: 'inspect'; readonly run: number; readonly message: string }
  | { readonly type: 'cancel'; readonly run: number }
  | {
      readonly type: 'answer';
      readonly run: number;
      readonly request: number;
      readonly answer: WireAnswer;
      /** Of a run with a clock of its own: when it arrives there, ms since that clock began; null: never. */
      readonly at?: number | null;
    };

/** A run whose clock and random numbers are its own. */
export interface WireDeterminism {
  readonly seed: string;
  /** When its clock begins, ms since the epoch. */
  readonly clock: number;
  /** Answers come from a recording: nothing is waited for outside. */
  readonly replay: boolean;
  /** How a replay ends that waits for what the recorded run was never answered; out of time by default. */
  readonly endsAs?: 'timed_out' | 'cancelled' | 'failed';
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type Outcome =
  | { readonly status: 'completed' /** JSON. */; readonly output: string }
  | { readonly status: 'failed' | 'timed_out' | 'cancelled'; readonly error: WireError };

export type FromRunner =
  | { readonly type: 'ready' }
  | { readonly type: 'missing'; readonly run: number }
  | {
      readonly type: 'log';
      readonly run: number;
      readonly level: LogLevel;
      readonly message: string;
      /** JSON. */
      readonly data?: string;
      /** Milliseconds since the epoch. */
      readonly time: number;
    }
  | { readonly type: 'progress'; readonly run: number; readonly progress: number; readonly message: string | null }
  | { readonly type: 'request'; readonly run: number; readonly request: number; readonly call: WireRequest }
  | { readonly type: 'abort'; readonly run: number; readonly request: number }
  /** A message of the Chrome DevTools Protocol from the debugged isolate. */
  | { readonly type: 'inspected'; readonly run: number; readonly message: string }
  | {
      readonly type: 'done';
      readonly run: number;
      readonly outcome: Outcome;
      readonly durationMs: number;
      /** Resident memory of the process, bytes. */
      readonly rss: number;
      /** The process can no longer be trusted to be idle and is to be replaced. */
      readonly retire: boolean;
      /** Of a run that was profiled: JSON of `ProfiledNode[][]`. */
      readonly profile?: string;
    };

const isText = (value: unknown): value is string => typeof value === 'string';
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isJson = (value: unknown): boolean => {
  try {
    return isText(value) && JSON.parse(value) !== undefined;
  } catch {
    return false;
  }
};
const isPair = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && value.every(isText);

const isWireRequest = (value: unknown): value is WireRequest => {
  if (!isObject(value) || !isText(value.url) || !isText(value.method)) return false;
  if (!Array.isArray(value.headers) || !value.headers.every(isPair)) return false;
  if (!['follow', 'manual', 'error'].includes(value.redirect as string)) return false;
  return value.body === null || (isObject(value.body) && (isText(value.body.text) || isText(value.body.base64)));
};

const isOutcome = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  if (value.status === 'completed') return isText(value.output);
  const { error } = value;
  const ended = ['failed', 'timed_out', 'cancelled'].includes(value.status as string);
  if (!ended || !isObject(error) || !isText(error.class) || !isText(error.message)) return false;
  return (error.stack === null || isText(error.stack)) && (error.details === undefined || isJson(error.details));
};

/** Tells whether a message is one of ours, whole; a runner that says anything else is not to be trusted. */
export const isFromRunner = (value: unknown): value is FromRunner => {
  if (!isObject(value)) return false;
  if (value.type === 'ready') return true;
  if (!Number.isSafeInteger(value.run)) return false;
  switch (value.type) {
    case 'missing':
      return true;
    case 'log':
      return (
        isText(value.level) &&
        isText(value.message) &&
        Number.isFinite(value.time) &&
        (value.data === undefined || isJson(value.data))
      );
    case 'progress':
      return Number.isFinite(value.progress) && (value.message === null || isText(value.message));
    case 'request':
      return Number.isSafeInteger(value.request) && isWireRequest(value.call);
    case 'abort':
      return Number.isSafeInteger(value.request);
    case 'inspected':
      return isText(value.message);
    case 'done':
      return (
        isOutcome(value.outcome) &&
        Number.isFinite(value.durationMs) &&
        Number.isFinite(value.rss) &&
        (value.profile === undefined || isJson(value.profile))
      );
    default:
      return false;
  }
};
