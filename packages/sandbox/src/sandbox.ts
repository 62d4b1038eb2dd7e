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
  /** A plain value is the body with status 200; `{ status, headers, body }` is the whole answer. */
  readonly response: unknown;
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
    readonly headers: readonly (readonly [string, string])[];
    readonly body: { readonly text: string } | { readonly base64: string };
  } | null;
  /** Why there is no response. */
  readonly error: string | null;
  readonly startedAt: Date;
  readonly durationMs: number;
}

export interface RunRequest {
  readonly code: TaskCode;
  readonly input: unknown;
  readonly context: RunContext;
  readonly limits: Limits;
  readonly network: NetworkPolicy;
  /** With mocks no request leaves: one that no mock answers is a NetworkError. */
  readonly mocks?: readonly HttpMock[];
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

export type RunResult =
  | { readonly status: 'completed'; readonly output: unknown; readonly durationMs: number }
  | {
      readonly status: 'failed' | 'timed_out' | 'cancelled';
      readonly error: RunError;
      readonly durationMs: number;
    };

/** Runs untrusted code. Never throws for what the code does; throws only when it is closed or cannot start a runner. */
export interface Sandbox {
  run(request: RunRequest): Promise<RunResult>;
  /** Loads the code without calling it: syntax, imports, an entry point. */
  check(code: TaskCode): Promise<RunError | null>;
  stats(): { runners: number; busy: number; waiting: number; recycled: number };
  close(): Promise<void>;
}
