import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';
import type { PlaceRules } from '@ratchet/execution/outputs/output-place';
import type { Settings } from './settings.ts';

/** Folders of the data folder that people may use; the rest of it is the server's own. */
export const openFolders = ['repositories', 'projects', 'imports', 'outputs'] as const;

export interface ServerPlaces {
  /** Where a path really leads, and null; or why it may not be used. What is not there yet is judged by where it would be. */
  judge(path: string): { readonly real: string; readonly refusal: null } | { readonly refusal: string };
  /** The same, for what checks outputs itself. */
  readonly rules: PlaceRules;
}

/**
 * Which paths of this machine people may name: those below the allowed roots, after every link was followed; without roots,
 * anywhere but in the server's own part of the data folder. With authentication on there are always roots.
 */
export function serverPlaces({
  database,
  auth,
  security,
}: Pick<Settings, 'database' | 'auth' | 'security'>): ServerPlaces {
  const { dataDir } = database;
  const open = openFolders.map((name) => join(dataDir, name));
  // The open folders are the server's own: its default repository lies in one, whatever else is allowed.
  const allowed =
    security.allowedRoots === null ? (auth.mode === 'none' ? null : open) : [...security.allowedRoots, ...open];
  const isBelow = (path: string, folders: readonly string[]): boolean =>
    folders.some((folder) => {
      const real = realOrPlanned(folder);
      return real !== null && (path === real || path.startsWith(real.endsWith(sep) ? real : real + sep));
    });

  return {
    rules: { allowedRoots: allowed, forbiddenRoots: [dataDir], openRoots: open },
    judge(path) {
      if (/[\0\r\n]/.test(path)) return { refusal: 'must be one line.' };
      if (!isAbsolute(path))
        return { refusal: 'must be the absolute path of a folder, or of a zip file, on the server.' };
      if (path.split('/').includes('..')) return { refusal: 'must not lead up with "..".' };
      const real = realOrPlanned(path);
      if (real === null) return { refusal: 'leads through a link that leads nowhere.' };
      if (isBelow(real, [dataDir]) && !isBelow(real, open))
        return { refusal: 'lies in the server’s own data folder. Choose another one.' };
      if (isBelow(realOrPlanned(dataDir) ?? dataDir, [real]))
        return { refusal: 'holds the server’s own data folder. Choose another one.' };
      if (allowed !== null && !isBelow(real, allowed))
        return {
          refusal: 'does not lie below one of security.allowed_roots. Choose another place, or have it allowed.',
        };
      return { real, refusal: null };
    },
  };
}

/** Answers where a path on the server really leads. Throws VALIDATION_FAILED for one that tasks may not be read from. */
export const checkServerPath =
  (places: ServerPlaces) =>
  (path: string): string => {
    const judged = places.judge(path);
    if (judged.refusal === null) return judged.real;
    const { refusal } = judged;
    throw new RatchetError('VALIDATION_FAILED', `path: ${refusal}`, [{ path: 'path', message: refusal }]);
  };

/** Where a path leads, with what is not there yet added to the last folder that is; null where a link leads nowhere. */
function realOrPlanned(path: string): string | null {
  const planned: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    try {
      return join(realpathSync(at), ...planned);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // What is there and has no real path is a link to nothing, or in a circle, or out of sight.
      if ((code !== 'ENOENT' && code !== 'ENOTDIR') || lstatSync(at, { throwIfNoEntry: false })) return null;
    }
    planned.unshift(basename(at));
    if (at === dirname(at)) return null;
  }
}
