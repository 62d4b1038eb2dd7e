import type { OutputDestination } from '@ratchet/contract/entities/output';
import type { Config } from './config-field.ts';
import { configFields, secretNames, sentConfig } from './config-fields.ts';

type Type = OutputDestination['type'];
type Value = Config[string] | undefined;

/**
 * What a person sets of a destination. Members of the configuration stand beside the rest as `config.<name>`, so that two
 * people who change different ones do not get into each other's way.
 */
export interface OutputValues {
  readonly name: string;
  readonly enabled: boolean;
  readonly isGlobal: boolean;
  readonly on: OutputDestination['on'];
  readonly maxAttempts: number;
  readonly retryBackoffMs: number;
  readonly timeoutMs: number;
  readonly [member: `config.${string}`]: Value;
}

const flat = (type: Type, config: Config) =>
  Object.fromEntries(
    [...configFields[type].map(({ name }) => [name, undefined] as const), ...Object.entries(config)].map(
      ([name, value]) => [`config.${name}`, value],
    ),
  );

export const newOutput = (type: Type): OutputValues => ({
  name: '',
  enabled: true,
  isGlobal: false,
  on: 'success',
  maxAttempts: 5,
  retryBackoffMs: 1000,
  timeoutMs: 30_000,
  ...flat(type, {}),
});

export const valuesOf = (output: OutputDestination): OutputValues => ({
  name: output.name,
  enabled: output.enabled,
  isGlobal: output.isGlobal,
  on: output.on,
  maxAttempts: output.maxAttempts,
  retryBackoffMs: output.retryBackoffMs,
  timeoutMs: output.timeoutMs,
  ...flat(output.type, output.config),
});

const isMember = (name: string): boolean => name.startsWith('config.');

/** The configuration among the values. */
export const configOf = (values: object): Config =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([name, value]) => isMember(name) && value !== undefined)
      .map(([name, value]) => [name.slice('config.'.length), value]),
  ) as Config;

/** The members of what has changed, for an update: of the configuration the whole, or nothing. */
export function changesOf(type: Type, changes: object, values: OutputValues) {
  const settings = Object.fromEntries(Object.entries(changes).filter(([name]) => !isMember(name)));
  const touched = Object.keys(changes).some(isMember);
  return { ...settings, ...(touched ? { config: sentConfig(type, configOf(values)) } : {}) };
}

export const namesOf = (type: Type): Record<string, string> => ({
  name: 'Name',
  enabled: 'Enabled',
  isGlobal: 'Takes every output',
  on: 'Which ends are delivered',
  maxAttempts: 'Attempts',
  retryBackoffMs: 'Pause before the second attempt',
  timeoutMs: 'Time limit of an attempt',
  ...Object.fromEntries(configFields[type].map(({ name, label }) => [`config.${name}`, label])),
});

/** Values that are shown to nobody, also not where two people changed them. */
export const hiddenOf = (type: Type): readonly string[] => secretNames(type).map((name) => `config.${name}`);

/** What is missing, seen before the server is asked. */
export function missing(type: Type, values: OutputValues, kept: readonly string[]): Record<string, string | undefined> {
  const config = configOf(values);
  const absent = configFields[type]
    .filter(
      ({ name, required, usual, when }) =>
        required && usual === undefined && (!when || when(config)) && !kept.includes(name),
    )
    .filter(({ name }) => config[name] === undefined || config[name] === null);
  return {
    ...(values.name.trim() === '' ? { name: 'A destination needs a name' } : {}),
    ...Object.fromEntries(absent.map(({ name, label }) => [`config.${name}`, `${label} is needed`])),
  };
}
