import { RatchetError } from '@ratchet/contract/errors';
import { CommanderError } from 'commander';

/** Exit codes, as `--help` lists them. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, conflict: 3, unreachable: 4, interrupted: 130 } as const;

/** What each means, in the words of the help. */
export const exitMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.ok, 'done'],
  [exitCodes.failed, 'failed'],
  [exitCodes.usage, 'wrong use'],
  [exitCodes.conflict, 'conflict'],
  [exitCodes.unreachable, 'no server'],
  [exitCodes.interrupted, 'interrupted'],
];

/** Something did not succeed and has been shown already. */
export class Failed extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number = exitCodes.failed) {
    super(message);
    this.name = 'Failed';
    this.exitCode = exitCode;
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof Failed) return error.exitCode;
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (!(error instanceof RatchetError)) return exitCodes.failed;
  if (error.code === 'VALIDATION_FAILED') return exitCodes.usage;
  if (error.code === 'UNAVAILABLE') return exitCodes.unreachable;
  const conflict = ['SYNC_CONFLICT', 'CONFLICT_MOVED', 'REVISION_MISMATCH', 'GUARD_TRIPPED', 'PLAN_STALE'];
  return conflict.includes(error.code) ? exitCodes.conflict : exitCodes.failed;
}

export function explain(error: unknown): string {
  if (error instanceof RatchetError && error.code === 'UNAVAILABLE' && error.message.startsWith('No server answers'))
    return `${error.message} Start one with "ratchet serve", or name another with --server.`;
  if (error instanceof RatchetError && error.code === 'UNAUTHENTICATED')
    return `${error.code}: ${error.message} Here: "ratchet login", or a key in RATCHET_TOKEN.`;
  if (error instanceof RatchetError) return `${error.code}: ${error.message}${planOf(error)}`;
  return error instanceof Error ? error.message : String(error);
}

/** How the plan that a guard stopped is let through from here. */
function planOf({ code, details }: RatchetError): string {
  if (code !== 'GUARD_TRIPPED' && code !== 'PLAN_STALE') return '';
  const { planId } = (details ?? {}) as { planId?: unknown };
  return typeof planId === 'string' ? ` Here: the same command with --plan-id ${planId}.` : '';
}
