import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { errnoOf } from './place.ts';

/** Gives a new file the owner and group of the one that it replaces. */
export async function keepOwner(handle: FileHandle, old: Pick<BigIntStats, 'uid' | 'gid'>): Promise<void> {
  const made = await handle.stat({ bigint: true });
  if (made.uid === old.uid && made.gid === old.gid) return;
  try {
    await handle.chown(Number(old.uid), Number(old.gid));
  } catch (error) {
    // Only a privileged process can give a file away; for others the file becomes their own, as with any editor.
    if (errnoOf(error) !== 'EPERM') throw error;
  }
}
