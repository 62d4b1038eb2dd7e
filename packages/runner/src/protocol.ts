/**
 * What the server and a runner process say to each other over the process channel: discriminated unions, errors as data,
 * the task's own values always as JSON text, so that neither side ever merges an object the other one built.
 */

/** Code that runs as it is: no imports left, no types left. */
export interface CompiledCode {
  /** `module`: the completion value is the object of exports. `script`: a classic script. `esm`: a module with await at its top. */
  readonly kind: 'module' | 'script' | 'esm';
  readonly source: string;
  /** How stack frames name it; always starts with `taskScheme`. */
  readonly filename: string;
}

export const taskScheme = 'task:///';

export interface RunnerLimits {
  readonly timeoutMs: number;
  readonly cpuMs: number;
  readonly memoryMb: number;
  readonly outputBytes: number;
  readonly logLines: number;
  /** Bytes of one line, with room for the longest secret, so that it is redacted whole before the line is cut. */
  readonly logLineBytes: number;
  readonly requests: number;
  /** Bytes of one request's body. */
  readonly requestBytes: number;
}

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
    }
  | { readonly type: 'cancel'; readonly run: number }
  | { readonly type: 'answer'; readonly run: number; readonly request: number; readonly answer: WireAnswer };

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
  | {
      readonly type: 'done';
      readonly run: number;
      readonly outcome: Outcome;
      readonly durationMs: number;
      /** Resident memory of the process, bytes. */
      readonly rss: number;
      /** The process can no longer be trusted to be idle and is to be replaced. */
      readonly retire: boolean;
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
    case 'done':
      return isOutcome(value.outcome) && Number.isFinite(value.durationMs) && Number.isFinite(value.rss);
    default:
      return false;
  }
};
