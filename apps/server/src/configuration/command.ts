import { RatchetError } from '@ratchet/contract/errors';
import { readSettings, type StartOptions } from '../settings.ts';
import { showFault } from './fault.ts';
import { findFile } from './find-file.ts';
import { configurationSchema } from './json-schema.ts';
import { generateConfiguration, type ProfileName, profileNames } from './profiles.ts';
import { configurationReference } from './reference.ts';
import { shownConfiguration } from './shown-configuration.ts';

export { configurationReference, configurationSchema, profileNames };

export interface Validated {
  /** null: there is no file. */
  readonly path: string | null;
  /** Each in a line: `ratchet.yaml:3:9: server.port: …` */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** Judges a configuration as a start would. A file that cannot be read at all is an error among the others. */
export function validateConfiguration(options: StartOptions): Validated {
  let path: string | null = null;
  try {
    const found = findFile(options);
    path = found?.path ?? null;
    const { faults, warnings } = readSettings(options, found);
    return { path, errors: faults.map(showFault), warnings: warnings.map(showFault) };
  } catch (error) {
    if (!(error instanceof RatchetError)) throw error;
    return { path, errors: [error.message], warnings: [] };
  }
}

/** Every setting as a start would have it, with where each comes from. */
export function showConfiguration(options: StartOptions) {
  const loaded = readSettings(options);
  return { path: loaded.file?.path ?? null, ...shownConfiguration(loaded), errors: loaded.faults.map(showFault) };
}

/** A file to begin from. Throws VALIDATION_FAILED for a profile that there is not. */
export function generateProfile(profile: string, schema: string): string {
  const name = profileNames.find((each) => each === profile);
  if (!name)
    throw new RatchetError(
      'VALIDATION_FAILED',
      `There is no profile ${JSON.stringify(profile)}; there are ${profileNames.join(', ')}.`,
    );
  return generateConfiguration(name satisfies ProfileName, schema);
}
