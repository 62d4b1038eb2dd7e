import { isAbsolute, join } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';
import { isWithin } from './open-remote.ts';

/** Refuses a path on the server that tasks may not be read from. */
export const checkServerPath =
  (dataDir: string) =>
  (path: string): void => {
    const wrong = /[\0\r\n]/.test(path)
      ? 'must be one line.'
      : !isAbsolute(path)
        ? 'must be the absolute path of a folder, or of a zip file, on the server.'
        : isWithin(path, dataDir) && !isWithin(path, join(dataDir, 'repositories'))
          ? 'lies in the server’s own data folder. Choose another one.'
          : null;
    if (wrong) throw new RatchetError('VALIDATION_FAILED', `path: ${wrong}`, [{ path: 'path', message: wrong }]);
  };
