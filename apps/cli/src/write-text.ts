import { writeFileSync } from 'node:fs';
import { RatchetError } from '@ratchet/contract/errors';

/** Writes a file. Throws VALIDATION_FAILED where it cannot be written. */
export function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new RatchetError('VALIDATION_FAILED', `The file ${path} cannot be written.`, undefined, { cause: error });
  }
}
