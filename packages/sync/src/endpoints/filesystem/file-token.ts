import type { BigIntStats } from 'node:fs';
import type { Mode } from '@ratchet/sync-core/tree';
import { digestOf } from '../../digest.ts';

/** Longer than any tick of a kernel's clock: two writes within it may leave the same times. Nanoseconds. */
const tick = 100_000_000n;
/** File systems that keep whole seconds, or two of them. */
const coarseTick = 2_000_000_000n;
const second = 1_000_000_000n;

/** A file larger than this is not hashed for its token while it is young: it counts as changed until it is not. */
const maxHashedBytes = 8n * 1024n * 1024n;

/** What changes, on this machine, with every write to a file that comes a tick after the last look at it. */
export const signatureOf = (stat: BigIntStats): string =>
  `${stat.size}.${stat.mtimeNs}.${stat.ctimeNs}.${stat.ino}.${stat.dev}`;

/**
 * A file's token at a look that began at `lookedAt` (milliseconds): its signature. A file so young that a further write
 * could leave the same signature also carries its content's digest.
 * @param read the content; null where it cannot be read now.
 */
export function tokenOf(stat: BigIntStats, lookedAt: number, read: () => Uint8Array | null): string {
  const signature = signatureOf(stat);
  const guarded = stat.ctimeNs % second === 0n ? coarseTick : tick;
  const isYoung = stat.ctimeNs > BigInt(Math.floor(lookedAt)) * 1_000_000n - guarded;
  if (!isYoung) return signature;
  const bytes = stat.size <= maxHashedBytes ? read() : null;
  return `${signature}~${bytes ? digestOf(bytes) : lookedAt}`;
}

/** Whether a file is what a token was made of: its signature now, and its content where the token says more than that. */
export function matchesToken(token: string, signature: string, bytes: Uint8Array): boolean {
  const [listed = '', content] = token.split('~');
  return listed === signature && (content === undefined || content.length < 64 || content === digestOf(bytes));
}

/** Git's mode of a regular file or symbolic link; null: it is neither. */
export function modeOf(stat: BigIntStats): Mode | null {
  if (stat.isSymbolicLink()) return '120000';
  if (!stat.isFile()) return null;
  return (stat.mode & 0o100n) === 0n ? '100644' : '100755';
}
