import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { type Entry, sameEntry } from '@ratchet/sync-core/tree';
import { digestOf } from '../../digest.ts';
import { modeOf } from './file-token.ts';
import { errnoOf } from './place.ts';
import { readStable } from './read-file.ts';

/** What stands at a path of a folder now, by its content: null is nothing, `other` is what is no file or cannot be read. */
export async function currentEntry(place: string, path: string): Promise<Entry | null | 'folder' | 'other'> {
  const full = join(place, path);
  try {
    const stat = lstatSync(full, { bigint: true });
    if (stat.isDirectory()) return 'folder';
    const mode = modeOf(stat);
    const content = mode && (await readStable(full, mode, Number(stat.size)));
    return content ? { digest: digestOf(content.bytes), mode } : 'other';
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return null;
    return 'other';
  }
}

/** Whether a path holds what is expected of it. */
export async function holds(place: string, path: string, expected: Entry | null): Promise<boolean> {
  const current = await currentEntry(place, path);
  if (typeof current === 'string') return false;
  return expected === null ? current === null : current !== null && sameEntry(current, expected);
}
