import { randomUUID } from 'node:crypto';
import { copyFile, link, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestOf } from '../../digest.ts';
import { temporaryPrefix } from '../../kinds/task/ignored.ts';
import type { FileWrite } from '../../remote.ts';
import { holds } from './current-entry.ts';
import { errnoOf } from './place.ts';
import { removeEmptyFolders } from './remove-empty-folders.ts';

interface Held {
  readonly file: FileWrite;
  /** Where what stood there is now; null: nothing stood there. */
  readonly aside: string | null;
}

/** What stood at the paths of one document's write before it: kept aside until the write is whole, or is taken back. */
export function formerFiles(place: string) {
  const held: Held[] = [];
  return {
    /** Right before a file is replaced, removed or made. */
    async hold(file: FileWrite): Promise<void> {
      const aside = file.before ? join(place, `${temporaryPrefix}${randomUUID()}`) : null;
      if (aside) await copyAside(join(place, file.path), aside);
      held.push({ file, aside });
    },

    /** The write is whole: former contents stay beside files that are still there, and go with those that are not. */
    async keep(): Promise<void> {
      for (const { file, aside } of held) {
        const beside = join(place, `${file.path}.bak`);
        if (!file.after) {
          await rm(beside, { force: true });
          await removeEmptyFolders(place, dirname(join(place, file.path)));
        } else if (aside) await rename(aside, beside);
        // Two names of one content are left alone by a rename.
        if (aside) await rm(aside, { force: true });
      }
    },

    /** The write failed: every path that still holds what was written is as it was. */
    async putBack(): Promise<void> {
      for (const { file, aside } of held.toReversed()) {
        const { after } = file;
        const target = join(place, file.path);
        if (await holds(place, file.path, after && { digest: digestOf(after.bytes), mode: after.mode })) {
          if (aside) {
            await mkdir(dirname(target), { recursive: true });
            await rename(aside, target);
          } else {
            await rm(target, { force: true });
            await removeEmptyFolders(place, dirname(target));
          }
        }
        if (aside) await rm(aside, { force: true });
      }
    },
  };
}

/** A second name of the same content, or a copy where there can be none. */
async function copyAside(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK', 'EACCES'].includes(errnoOf(error))) throw error;
    await copyFile(from, to);
  }
}
