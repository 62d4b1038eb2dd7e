import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import type { Mode } from '@ratchet/sync-core/tree';
import { signatureOf } from './file-token.ts';
import { errnoOf } from './place.ts';

/** A swapped-in link is not followed, and a pipe does not block. */
export const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Files up to this size are read at once: for them, threads cost more than they give. */
const atOnceBytes = 256 * 1024;
const tries = 3;

export interface StableContent {
  readonly signature: string;
  readonly bytes: Uint8Array;
  readonly stat: BigIntStats;
}

/** Content that did not change while it was read; null: it is gone, cannot be read, or does not come to rest. */
export async function readStable(path: string, mode: Mode, size: number): Promise<StableContent | null> {
  for (let attempt = 1; attempt <= tries; attempt++) {
    try {
      const content =
        mode === '120000' ? readLink(path) : size <= atOnceBytes ? readAtOnce(path) : await readLarge(path);
      if (content) return content;
    } catch (error) {
      errnoOf(error);
      return null;
    }
  }
  return null;
}

/** A link's target, as its bytes. */
function readLink(path: string): StableContent | null {
  const before = lstatSync(path, { bigint: true });
  const bytes = readlinkSync(path, { encoding: 'buffer' });
  return stable(before, lstatSync(path, { bigint: true }), bytes);
}

/** @throws the system's error where the file cannot be opened or read. */
export function readAtOnce(path: string): StableContent | null {
  const file = openSync(path, readFlags);
  try {
    const before = fstatSync(file, { bigint: true });
    if (!before.isFile()) return null;
    const bytes = readFileSync(file);
    return stable(before, fstatSync(file, { bigint: true }), bytes);
  } finally {
    closeSync(file);
  }
}

async function readLarge(path: string): Promise<StableContent | null> {
  const file = await open(path, readFlags);
  try {
    const before = await file.stat({ bigint: true });
    if (!before.isFile()) return null;
    const bytes = await file.readFile();
    return stable(before, await file.stat({ bigint: true }), bytes);
  } finally {
    await file.close();
  }
}

function stable(before: BigIntStats, after: BigIntStats, bytes: Uint8Array): StableContent | null {
  const signature = signatureOf(before);
  return signature === signatureOf(after) && BigInt(bytes.length) === after.size
    ? { signature, bytes, stat: after }
    : null;
}
