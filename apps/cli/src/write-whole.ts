import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';

/**
 * Writes a file whole: beside its place first, then renamed, so that whatever ends the process, there is the old file or the
 * new one. Throws VALIDATION_FAILED where it cannot be written.
 *
 * @param mode of a file that is new, and of one that is replaced
 */
export function writeWhole(path: string, content: string | Uint8Array, mode = 0o644): void {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.draft`);
  try {
    const bytes = Buffer.from(content);
    const file = openSync(draft, 'wx', mode);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fchmodSync(file, mode);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    const why = (error as NodeJS.ErrnoException).code ?? 'it failed';
    throw new RatchetError('VALIDATION_FAILED', `The file ${path} cannot be written (${why}).`, undefined, {
      cause: error,
    });
  }
}
