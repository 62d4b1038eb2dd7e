import { mkdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';
import { DeliveryError, unfit } from './delivery-error.ts';

/** Where outputs may be written. */
export interface PlaceRules {
  /** Folders below which every output must lie; null: anywhere. */
  readonly allowedRoots: readonly string[] | null;
  /** Folders that no output may touch, such as the server's own data. */
  readonly forbiddenRoots: readonly string[];
  /** Folders within those that are open all the same. */
  readonly openRoots?: readonly string[];
}

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

const real = (path: string): Promise<string | null> => realpath(path).catch(() => null);

async function isAllowed(path: string, { allowedRoots, forbiddenRoots, openRoots = [] }: PlaceRules): Promise<boolean> {
  const below = async (roots: readonly string[]) => {
    const found = await Promise.all(roots.map(real));
    return found.some((folder) => folder !== null && isWithin(path, folder));
  };
  if ((await below(forbiddenRoots)) && !(await below(openRoots))) return false;
  return allowedRoots === null || (await below(allowedRoots));
}

/** Throws VALIDATION_FAILED unless a folder is there and may be written to by the rules. */
export async function checkRoot(root: string, rules: PlaceRules): Promise<void> {
  const at = await real(root);
  const message =
    at === null
      ? 'root is no folder of the server. Make it first.'
      : (await isAllowed(at, rules))
        ? null
        : 'root is not among the folders that outputs may be written to.';
  if (message !== null) throw new RatchetError('VALIDATION_FAILED', message, [{ path: 'config.root', message }]);
}

/**
 * The real folder for a path below a root, made where it is not there. Throws a final DeliveryError where a link leads out,
 * or the rules forbid it.
 */
export async function folderFor(
  root: string,
  folders: readonly string[],
  directoryMode: number,
  rules: PlaceRules,
): Promise<string> {
  const top = await real(root);
  if (top === null) throw new DeliveryError('The folder root is not there any more. Make it, or change root.');
  let at = top;
  for (const folder of folders) {
    // Judged before it is made: nothing is left behind in a place that may not be written to.
    if (!(await isAllowed(at, rules))) throw forbidden();
    const next = join(at, folder);
    await mkdir(next, { mode: directoryMode }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    const found = await realpath(next);
    if (!isWithin(found, top)) throw unfit(`${folder} is a link that leads out of root.`);
    at = found;
  }
  if (!(await isAllowed(at, rules))) throw forbidden();
  return at;
}

const forbidden = (): DeliveryError => unfit('It would lie in a folder that outputs may not be written to.');
