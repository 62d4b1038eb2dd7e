import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { nearestName } from '@ratchet/contract/nearest-name';
import { Configuration } from './configuration.ts';
import type { Effective } from './effective.ts';
import { everySetting, type Setting, settingNamed, settingVariables } from './every-setting.ts';
import type { Fault } from './fault.ts';
import { fromText } from './from-text.ts';
import { judge } from './judge.ts';
import type { ConfigurationFile } from './read-file.ts';
import { sayIssue } from './say-issue.ts';
import { takeSecretFiles } from './secret-files.ts';

export interface Layers {
  readonly file: ConfigurationFile | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What the command line says, by dotted name; texts, or values. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Other defaults than the settings' own. */
  readonly usual?: Readonly<Record<string, unknown>>;
}

export interface LoadedConfiguration {
  readonly file: ConfigurationFile | null;
  readonly values: ReadonlyMap<string, Effective>;
  /** Everything that is wrong. Where something is, the setting counts as its default below. */
  readonly faults: readonly Fault[];
  /** What is risky, or likely a mistake. */
  readonly warnings: readonly Fault[];
  readonly configuration: Configuration;
  /** Variables that configure the server: no credential may name them. */
  readonly variables: readonly string[];
}

/** Options above environment above file above default. */
export function loadConfiguration({ file, environment, options = {}, usual = {} }: Layers): LoadedConfiguration {
  const faults: Fault[] = [...(file?.faults ?? [])];
  const given = new Map(everySetting.map((setting) => [setting.name, settle(setting)]));
  for (const name of Object.keys(options))
    if (!settingNamed.has(name)) {
      const near = nearestName(name, settingNamed.keys());
      faults.push({
        where: `--set ${name}`,
        setting: '',
        message: `${name} is not known.${near ? ` Did you mean ${near}?` : ''}`,
      });
    }
  const values = new Map<string, Effective>();
  for (const [name, effective] of takeSecretFiles(given, faults)) values.set(name, checked(effective));

  function settle(setting: Setting): Effective {
    const { name } = setting;
    if (options[name] !== undefined) {
      const value = options[name];
      const where = setting.flag ?? `--set ${name}`;
      return {
        setting,
        source: 'argument',
        where,
        value: typeof value === 'string' ? fromText(setting, value) : value,
      };
    }
    for (const variable of setting.environment) {
      const text = environment[variable];
      // An empty one is none, as where a composition hands on what is not set.
      if (text) return { setting, source: 'environment', where: variable, value: fromText(setting, text) };
    }
    const entry = file?.entries.get(name);
    if (file && entry) return { setting, source: 'file', where: file.path, at: entry.at, value: entry.value };
    return { setting, source: 'default', where: 'default', value: usual[name] ?? setting.usual };
  }

  /** The value as its schema gives it; the default where it is wrong. */
  function checked(effective: Effective): Effective {
    const { setting, value, where, at } = effective;
    const read = setting.schema.safeParse(value);
    if (read.success) return { ...effective, value: setting.isPath ? absolute(read.data, effective) : read.data };
    for (const issue of read.error.issues) {
      const part = issue.path.map(String).join('.');
      const place = at?.(issue.path) ?? {};
      const message = sayIssue(issue, setting, value);
      faults.push({
        where,
        ...place,
        setting: part ? `${setting.name}.${part}` : setting.name,
        message: `${message}.`.replace('..', '.'),
      });
    }
    return { ...effective, value: setting.usual };
  }

  /** Paths of a file are meant from its folder; others from where the server is started. */
  function absolute(value: unknown, effective: Effective): unknown {
    if (Array.isArray(value)) return value.map((each) => absolute(each, effective));
    if (typeof value !== 'string') return value;
    const home = environment.HOME || homedir();
    if (value === '~' || value.startsWith('~/')) return join(home, value.slice(1));
    return isAbsolute(value) ? value : resolve(effective.source === 'file' && file ? dirname(file.path) : '.', value);
  }

  const warnings: Fault[] = [];
  const judged = judge(values, file);
  faults.push(...judged.faults);
  warnings.push(...judged.warnings, ...likelyMistakes(environment));
  return {
    file,
    values,
    faults: inOrder(faults),
    warnings: inOrder(warnings),
    configuration: configurationOf(values),
    variables: [...settingVariables, ...(file?.variables ?? [])],
  };
}

/** The whole, from values that were judged one by one. */
export const configurationOf = (values: ReadonlyMap<string, { readonly value: unknown }>): Configuration =>
  Configuration.parse(assemble(values));

/** Variables that look like settings and are none. */
function likelyMistakes(environment: Layers['environment']): Fault[] {
  const known = new Set(settingVariables);
  const ours = settingVariables.filter((name) => name.startsWith('RATCHET_'));
  return Object.keys(environment).flatMap((name) => {
    const section = /^RATCHET_([A-Z]+)_/.exec(name)?.[1]?.toLowerCase() ?? '';
    if (!name.startsWith('RATCHET_') || known.has(name) || section === '') return [];
    const near = nearestName(
      name,
      ours.filter((other) => differsLittle(name, other)),
    );
    return near ? [{ where: name, setting: '', message: `This variable sets nothing. Did you mean ${near}?` }] : [];
  });
}

const differsLittle = (one: string, other: string): boolean =>
  Math.abs(one.length - other.length) <= 2 &&
  one.length > 10 &&
  nearestName(one.slice(-12), [other.slice(-12)]) !== null &&
  one.slice(0, 12) === other.slice(0, 12);

const inOrder = (faults: readonly Fault[]): Fault[] =>
  [...faults].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));

export function assemble(values: ReadonlyMap<string, { readonly value: unknown }>): Record<string, unknown> {
  const whole: Record<string, unknown> = {};
  for (const [name, { value }] of values) {
    const path = name.split('.');
    const key = path.pop() as string;
    let at = whole;
    for (const part of path) {
      at[part] ??= {};
      at = at[part] as Record<string, unknown>;
    }
    at[key] = value;
  }
  return whole;
}
