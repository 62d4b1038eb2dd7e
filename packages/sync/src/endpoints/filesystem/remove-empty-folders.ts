import { rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from './place.ts';

/** Removes folders that became empty, upwards, never `place` itself. Answers the first one that stays. */
export async function removeEmptyFolders(place: string, folder: string): Promise<string> {
  for (let current = folder; current !== place; current = dirname(current)) {
    try {
      await rmdir(current);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'ENOTEMPTY' || errno === 'EEXIST' || errno === 'EACCES' || errno === 'EPERM' || errno === 'EBUSY')
        return current;
      if (errno !== 'ENOENT') throw error;
    }
  }
  return place;
}
