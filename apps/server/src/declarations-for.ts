import { join, resolve } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';
import { declaredSources } from './configuration/declared-sources.ts';
import { readDeclarations } from './declared-repositories.ts';
import type { Settings, StartOptions } from './settings.ts';

/** What the configuration declares itself, and the named file; without one, `config/repositories.yaml` here or in the data folder. */
export function declarationsFor({ registry, database }: Settings, environment: StartOptions['environment']) {
  const { repositoriesFile, pushback } = registry;
  const sources = declaredSources(registry.sources, pushback);
  const files = repositoriesFile
    ? [repositoriesFile]
    : [resolve('config/repositories.yaml'), join(database.dataDir, 'config', 'repositories.yaml')];
  const declared = files.reduce<ReturnType<typeof readDeclarations>>(
    (found, path) => found ?? readDeclarations(path, environment, pushback),
    null,
  );
  if (repositoriesFile && !declared)
    throw new RatchetError('VALIDATION_FAILED', `There is no file ${repositoriesFile}.`);
  const twice = declared?.find(({ name }) => sources.some((source) => source.name === name));
  if (twice)
    throw new RatchetError(
      'VALIDATION_FAILED',
      `The repository ${JSON.stringify(twice.name)} is declared in registry.sources and in a file of repositories. Keep one.`,
    );
  return declared || sources.length > 0 ? [...sources, ...(declared ?? [])] : null;
}
