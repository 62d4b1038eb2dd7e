import type { HttpExchange, RunResult } from '@ratchet/sandbox/sandbox';
import type { Queryable } from '@ratchet/store/database';
import { type Holder, storeRecording, storeTrace } from '@ratchet/store/queries/execution-traces';
import { createHarWriter } from './har.ts';
import { shownUrl } from './shown-url.ts';

/** A stretch of a run as it is kept; times in ms since the execution started. */
export interface StoredSpan {
  readonly kind: 'queue' | 'compile' | 'validate' | 'run' | 'http';
  readonly name: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean | null>>;
  readonly error: string | null;
}

/** What makes a step worth a row where the run made no requests: shorter ones can be told from the execution's times. */
const noteworthyMs = 20;
/** Requests of one run whose spans are kept; the sandbox lets a task make fewer. */
const mostSpans = 1000;

export interface Recorded {
  readonly seed: string;
  /** Ms since the epoch. */
  readonly clock: number;
}

/** Sees one run of an execution: what it did when, and, where it is recorded, all it was answered. */
export const observeRun = (recorded: Recorded | null) => {
  const began = performance.now();
  const since = (): number => performance.now() - began;
  const spans: StoredSpan[] = [];
  const exchanges: HttpExchange[] = [];
  const har = recorded && createHarWriter();
  let flame: unknown = null;
  let noteworthy = false;

  return {
    http(exchange: HttpExchange): void {
      exchanges.push(exchange);
      har?.add(exchange);
    },
    /** Tells of a check that was made: `issues` says what was wrong. */
    async validate<T>(name: string, check: () => T, issues: (result: T) => string | null): Promise<T> {
      const startMs = since();
      const result = check();
      const error = issues(result);
      spans.push({ kind: 'validate', name, startMs, durationMs: since() - startMs, attributes: {}, error });
      return result;
    },
    /** Tells of the run itself, from when the sandbox was asked until it answered. */
    ran(askedMs: number, result: RunResult): void {
      const { compileMs, compiled, waitMs } = result.timings;
      const { durationMs } = result;
      if (result.flame !== undefined) flame = result.flame;
      // What stays between the steps is the way to the runner and back; the run ends when the answer is here.
      const runStart = Math.max(askedMs + compileMs + waitMs, since() - durationMs);
      const step = (kind: 'compile' | 'queue', name: string, startMs: number, ms: number, attributes = {}): void => {
        spans.push({ kind, name, startMs, durationMs: ms, attributes, error: null });
      };
      step('compile', 'compile', askedMs, compileMs, { cached: !compiled });
      if (waitMs >= 1) step('queue', 'wait for a runner', askedMs + compileMs, waitMs);
      const error = result.status === 'completed' ? null : `${result.error.class}: ${result.error.message}`;
      spans.push({
        kind: 'run',
        name: 'run',
        startMs: runStart,
        durationMs,
        attributes: { status: result.status },
        error,
      });
      for (const exchange of exchanges.slice(0, mostSpans)) spans.push(httpSpan(exchange, runStart));
      noteworthy = compiled || flame !== null || exchanges.length > 0;
    },
    askedMs: since,
    /** Keeps what the execution's own times do not tell, and the recording, while the execution is its holder's. */
    async keep(db: Queryable, id: string, holder: Holder): Promise<void> {
      if (noteworthy || spans.some(isNoteworthy)) await storeTrace(db, id, holder, { spans, profile: flame });
      if (recorded && har)
        await storeRecording(db, id, holder, {
          har: har.write(id, holder.attempt),
          seed: recorded.seed,
          clock: new Date(recorded.clock),
        });
    },
  };
};

export type RunObserver = ReturnType<typeof observeRun>;

const isNoteworthy = ({ kind, durationMs, error }: StoredSpan): boolean =>
  kind === 'validate' && (durationMs >= noteworthyMs || error !== null);

const sizeOf = (body: HttpExchange['requestBody']): number =>
  body === null ? 0 : 'text' in body ? Buffer.byteLength(body.text) : Buffer.byteLength(body.base64, 'base64');

const httpSpan = (exchange: HttpExchange, runStart: number): StoredSpan => {
  const { method, url, response, error, redirects, waitedMs } = exchange;
  const shown = shownUrl(url);
  const { host } = URL.parse(shown) ?? { host: shown };
  return {
    kind: 'http',
    name: `${method} ${host}`,
    startMs: runStart + exchange.startedMs,
    durationMs: exchange.durationMs,
    attributes: {
      method,
      url: shown,
      status: response?.status ?? null,
      requestBytes: sizeOf(exchange.requestBody),
      responseBytes: response === null ? null : sizeOf(response.body),
      waitMs: waitedMs,
      receiveMs: waitedMs === null ? null : exchange.durationMs - waitedMs,
      ...(redirects.length === 0 ? {} : { redirects: redirects.length, finalUrl: shownUrl(response?.url ?? '') }),
    },
    error,
  };
};
