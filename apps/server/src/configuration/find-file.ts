import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';
import { readText } from './read-file.ts';

export interface Wanted {
  /** `--config` */
  readonly config?: string | undefined;
  /** `--data-dir` */
  readonly dataDir?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface FoundFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** The data folder as far as it is known without the file, which may stand in it. */
export const dataFolder = ({ dataDir, environment }: Wanted): string => {
  const named = dataDir ?? (environment.RATCHET_DATABASE_DATA_DIR || environment.RATCHET_DATA_DIR);
  const home = environment.HOME || homedir();
  if (!named) return join(home, '.ratchet');
  return named.startsWith('~/') ? join(home, named.slice(2)) : resolve(named);
};

/**
 * The configuration file: the one that is named, else the first of `ratchet.yaml` and `config/ratchet.yaml` here and
 * `ratchet.yaml` in the data folder. null: there is none. Throws VALIDATION_FAILED where a named one is not there, or one
 * cannot be read.
 */
export function findFile(wanted: Wanted): FoundFile | null {
  const named = wanted.config ?? (wanted.environment.RATCHET_CONFIG || undefined);
  if (named !== undefined) {
    const path = resolve(named);
    const found = readText(path);
    if (!found)
      throw new RatchetError(
        'VALIDATION_FAILED',
        `There is no file ${path}. Make one with: ratchet config generate --profile minimal --output ${named}`,
      );
    return { path, ...found };
  }
  for (const path of [
    resolve('ratchet.yaml'),
    resolve('config/ratchet.yaml'),
    join(dataFolder(wanted), 'ratchet.yaml'),
  ]) {
    const found = readText(path);
    if (found) return { path, ...found };
  }
  return null;
}
