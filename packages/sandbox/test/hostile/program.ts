import type { Changes } from '../run-code.ts';

/** A hostile task and what it must come to. */
export interface Program {
  readonly code: string;
  /** Part of the result. A list: one of these, where the machine decides which limit is reached first. */
  readonly ends: object | readonly object[];
  readonly changes?: Changes;
  readonly input?: unknown;
}
export type Programs = Readonly<Record<string, Program>>;

/** Short forms, so that a table reads as one. */
export const gives = (output: unknown, code: string, changes: Changes = {}): Program => ({
  code,
  ends: { status: 'completed', output },
  changes,
});
export const fails = (name: string, code: string, changes: Changes = {}): Program => ({
  code,
  ends: { status: 'failed', error: { class: name } },
  changes,
});
/** Only time can end it: a fifth of a second stands for the usual minutes. */
export const lasts = (code: string, changes: Changes = {}): Program => ({
  code,
  ends: { status: 'timed_out' },
  changes: { ...changes, limits: { timeoutMs: 200, ...changes.limits } },
});
