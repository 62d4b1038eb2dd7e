import { RatchetError } from '@ratchet/contract/errors';
import type { Retention } from '@ratchet/execution/retention';
import { type CamelConfiguration, camelSettings } from './configuration/camel-settings.ts';
import { showFault } from './configuration/fault.ts';
import { type FoundFile, findFile } from './configuration/find-file.ts';
import { fromSets } from './configuration/from-sets.ts';
import { type LoadedConfiguration, loadConfiguration } from './configuration/load-configuration.ts';
import { readConfiguration } from './configuration/read-file.ts';

/** What a server runs with: the configuration, in camel case. */
export type Settings = CamelConfiguration;

export interface StartOptions {
  /** The configuration file; where none is named, the first of the usual places that has one. */
  config?: string | undefined;
  host?: string | undefined;
  port?: number | string | undefined;
  dataDir?: string | undefined;
  databaseUrl?: string | undefined;
  role?: string | undefined;
  auth?: string | undefined;
  logLevel?: string | undefined;
  /** Hears what is for the person who starts the server alone, and stands in no log; standard output without. */
  announce?: ((line: string) => void) | undefined;
  /** Less than the usual cost of a password's hash is for tests. */
  passwordCost?: { memoryCost: number; timeCost: number } | undefined;
  /** Any setting, as `server.port=9000`. */
  set?: readonly string[] | undefined;
  /** Other defaults than the settings' own, by dotted name. */
  usual?: Readonly<Record<string, unknown>> | undefined;
  /** Answers where the web application's files are, and sees to it that they are there; asked only where it is served. */
  web?: (() => { readonly folder: string } | null) | undefined;
  /** Makes a repository with the example tasks. */
  examples?: boolean | undefined;
  environment: Readonly<Record<string, string | undefined>>;
}

const optionNames = {
  host: 'server.host',
  port: 'server.port',
  role: 'server.role',
  dataDir: 'database.data_dir',
  databaseUrl: 'database.url',
  auth: 'auth.mode',
  logLevel: 'logging.level',
} as const satisfies Partial<Record<keyof StartOptions, string>>;

/** What the command line says, by dotted name. Throws VALIDATION_FAILED for what is not of the form `name=value`. */
function optionsOf(options: StartOptions): Record<string, unknown> {
  const named = Object.entries(optionNames).flatMap(([key, name]) => {
    const value = options[key as keyof typeof optionNames];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(named), ...fromSets(options.set ?? []) };
}

/** Reads the configuration, whatever is wrong in it. `file`: instead of the one that would be found; null: none. */
export function readSettings(options: StartOptions, file?: FoundFile | null): LoadedConfiguration {
  const { environment, usual = {} } = options;
  const given = optionsOf(options);
  const found = file === undefined ? findFile({ ...options, dataDir: given['database.data_dir'] as string }) : file;
  return loadConfiguration({
    file: found && readConfiguration(found.path, found, environment),
    environment,
    options: given,
    usual,
  });
}

/** Throws VALIDATION_FAILED with everything that is wrong, each with its place. */
export function refuseFaults({ faults }: Pick<LoadedConfiguration, 'faults'>): void {
  if (faults.length === 0) return;
  const issues = faults.map((fault) => ({ path: fault.setting, message: fault.message }));
  throw new RatchetError('VALIDATION_FAILED', faults.map(showFault).join('\n'), issues);
}

/** What a configuration that has no faults says. */
export const settingsOf = ({ configuration }: Pick<LoadedConfiguration, 'configuration'>): Settings =>
  camelSettings(configuration);

/** Days that what has come to its end is kept. */
export const retentionOf = ({ retention }: Pick<Settings, 'retention'>): Retention => ({
  executions: retention.executionsDays,
  logs: retention.logsDays,
  recordings: retention.recordingsDays,
  deliveries: retention.deliveriesDays,
  blobs: retention.blobsDays,
});
