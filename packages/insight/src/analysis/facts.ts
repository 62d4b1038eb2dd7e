import type { Execution } from '@ratchet/contract/entities/execution';
import type { Span } from '@ratchet/contract/entities/trace';

/** What an analysis is made of. */
export interface Facts {
  readonly execution: Pick<Execution, 'status' | 'error' | 'input' | 'taskName' | 'taskRevision' | 'durationMs'>;
  /** The files of the revision that ran, as texts. */
  readonly files: ReadonlyMap<string, string>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spans: readonly Span[];
  /** The revision that the task is at now; null: it is gone. */
  readonly currentRevision: number | null;
}

/** What a rule makes of an error. */
export interface Finding {
  readonly category: string;
  readonly likelyCause: string;
  /** The best first. */
  readonly suggestions: readonly string[];
}

/** An error with what surrounds it. */
export interface Failure extends Facts {
  readonly error: NonNullable<Execution['error']>;
  /** The line it happened at; null where it has none. */
  readonly line: string | null;
  /** Column in that line, from 1; null where it is not known. */
  readonly column: number | null;
  /** The last request of the run; null where it made none. */
  readonly lastRequest: Request | null;
}

export interface Request {
  readonly method: string;
  readonly url: string;
  readonly host: string;
  readonly status: number | null;
  readonly durationMs: number;
  readonly error: string | null;
}

/** Answers null where the error is not of its kind. */
export type Rule = (failure: Failure) => Finding | null;

export const requestOf = (span: Span): Request => {
  const { method, url, status } = span.attributes;
  const shown = typeof url === 'string' ? url : '';
  return {
    method: typeof method === 'string' ? method : '',
    url: shown,
    host: URL.parse(shown)?.host ?? shown,
    status: typeof status === 'number' ? status : null,
    durationMs: span.durationMs,
    error: span.error,
  };
};

/** Where it happened, for a sentence: ` at main.js:3`. */
export const place = ({ error }: Failure): string =>
  error.file === null ? '' : ` at ${error.file}${error.line === null ? '' : `:${error.line}`}`;

/** `network.allow` of the metadata; null: it does not narrow the network. */
export const allowList = ({ metadata }: Facts): readonly string[] | null => {
  const { network } = metadata;
  const allow = typeof network === 'object' && network !== null ? (network as { allow?: unknown }).allow : undefined;
  return Array.isArray(allow) ? allow.filter((host) => typeof host === 'string') : null;
};
