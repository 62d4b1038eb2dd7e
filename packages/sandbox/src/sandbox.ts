/** A task's code, ready to be compiled: every file that may be imported, by path within the task. */
export interface TaskCode {
  /** Names this code for caches: equal keys, equal files. */
  readonly key: string;
  readonly files: ReadonlyMap<string, string>;
  /** Path of the file with the entry point. */
  readonly entry: string;
  readonly sourceType: 'javascript' | 'typescript';
}

export interface Limits {
  /** Wall clock. */
  readonly timeoutMs: number;
  /** Time on the processor. */
  readonly cpuMs: number;
  readonly memoryMb: number;
  /** Bytes of the output as JSON. */
  readonly outputBytes: number;
  readonly logLines: number;
  /** Bytes of one log line. */
  readonly logLineBytes: number;
  /** Bytes of the whole log; 10 MB without. */
  readonly logBytes?: number;
  readonly requests: number;
  readonly responseBytes: number;
}

export interface NetworkPolicy {
  /** Host patterns (`api.example.org`, `*.example.org`, `host:8080`) the task may reach; null: every public address. */
  readonly allow: readonly string[] | null;
  /** What the server's configuration opens beyond public addresses: hosts, addresses or CIDR ranges. */
  readonly allowPrivate: readonly string[];
}

/** A canned answer. `method` and `url` are matched exactly; a `*` in the url matches any run of characters. */
export interface HttpMock {
  readonly url: string;
  readonly method?: string;
  /**
   * A plain value is the body with status 200; `{ status, headers, body, delay_ms, network_error }` is the whole answer: it
   * comes after so many milliseconds, or there is none and the request fails with this message.
   */
  readonly response?: unknown;
  /** Answers to one request after another, in place of `response`; the last one stays. */
  readonly responses?: readonly unknown[];
}

export interface RunContext {
  readonly executionId: string;
  readonly jobId: string | null;
  readonly taskId: string | null;
  readonly taskVersion: string;
  readonly attempt: number;
  /** Granted to this task. Their values never leave through logs, errors or output previews. */
  readonly secrets: Readonly<Record<string, string>>;
}

export interface RunLog {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly data?: unknown;
  readonly time: Date;
}

/** An answer that sent a request on to another address. */
export interface HttpHop {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  /** The address it was sent on to. */
  readonly location: string;
  /** Until its headers were there, since the request began. */
  readonly endedMs: number;
}

/** A request as it is told of: redacted. */
export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly requestBody: HttpExchange['requestBody'];
}

/**
 * A known answer to a request. `at`: when it arrives on the run's clock, ms since that began; null: never, as far as the
 * recorded run went.
 */
export type HttpAnswer =
  | { readonly at: number | null; readonly response: NonNullable<HttpExchange['response']> }
  | { readonly at: number | null; readonly error: string };

/** One request that a task made and what came of it, redacted. */
export interface HttpExchange {
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: readonly (readonly [string, string])[];
  /** Text, or base64 where the bytes are not UTF-8. */
  readonly requestBody: { readonly text: string } | { readonly base64: string } | null;
  readonly response: {
    readonly status: number;
    readonly statusText: string;
    readonly url: string;
    readonly redirected: boolean;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: { readonly text: string } | { readonly base64: string };
  } | null;
  /** Why there is no response. */
  readonly error: string | null;
  /** The run ended before an answer came. */
  readonly unanswered: boolean;
  /** Answers on the way that sent it on. */
  readonly redirects: readonly HttpHop[];
  readonly startedAt: Date;
  /** Since the run began. */
  readonly startedMs: number;
  /** Until the headers of the last answer were there; null where there was none. */
  readonly waitedMs: number | null;
  readonly durationMs: number;
}

/** What the sandbox did before the code ran, in milliseconds. */
export interface RunTimings {
  readonly compileMs: number;
  /** The code was compiled for this run; otherwise it was held. */
  readonly compiled: boolean;
  /** Until a runner was free. */
  readonly waitMs: number;
}

/** One frame of a flame graph: the author's function, and the processor's time in it. */
export interface Flame {
  readonly name: string;
  readonly file: string | null;
  /** From 1. */
  readonly line: number | null;
  /** Milliseconds, those of its children included. */
  readonly value: number;
  readonly self: number;
  readonly children: readonly Flame[];
}

/** A run whose clock and random numbers are its own, so that it can be played again. */
export interface Determinism {
  /** Decides every random number but those that crypto.subtle makes keys of. */
  readonly seed: string;
  /** When its clock begins, ms since the epoch. */
  readonly clock: number;
  /** How a run ends that waits for an answer which never comes, as `answers` says; out of time by default. */
  readonly endsAs?: 'timed_out' | 'cancelled' | 'failed';
}

export interface RunRequest {
  readonly code: TaskCode;
  readonly input: unknown;
  readonly context: RunContext;
  readonly limits: Limits;
  readonly network: NetworkPolicy;
  /** With mocks no request leaves: one that no mock answers is a NetworkError. */
  readonly mocks?: readonly HttpMock[];
  /** Answers every request in place of the network, whose policy then does not count. */
  readonly answers?: (call: HttpCall) => HttpAnswer;
  readonly determinism?: Determinism;
  /** Take a profile of the processor's time, in an isolate of the run's own. */
  readonly profile?: boolean;
  /** One runner process serves one affinity at a time (a repository's id). */
  readonly affinity: string;
  readonly signal?: AbortSignal;
  readonly onLog?: (line: RunLog) => void;
  readonly onProgress?: (progress: number, message: string | null) => void;
  readonly onHttp?: (exchange: HttpExchange) => void;
}

export interface RunError {
  /** TypeError, HttpError, TimeoutError, MemoryLimitError, … */
  readonly class: string;
  readonly message: string;
  /** Frames of the task's own files only, lines as the author wrote them. */
  readonly stack: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly details?: unknown;
}

interface Ran {
  readonly durationMs: number;
  readonly timings: RunTimings;
  /** Of a run that was profiled. */
  readonly flame?: Flame | null;
}
export type RunResult = Ran &
  (
    | { readonly status: 'completed'; readonly output: unknown }
    | { readonly status: 'failed' | 'timed_out' | 'cancelled'; readonly error: RunError }
  );

/** Runs untrusted code. Never throws for what the code does; throws only when it is closed or cannot start a runner. */
export interface Sandbox {
  run(request: RunRequest): Promise<RunResult>;
  /** Loads the code without calling it: syntax, imports, an entry point. */
  check(code: TaskCode): Promise<RunError | null>;
  /** Changes how many runner processes there may be, at least 1; those beyond it end after their run. */
  resize(runners: number): void;
  stats(): { runners: number; busy: number; waiting: number; recycled: number };
  close(): Promise<void>;
}
