import type { OutputOf } from '../../api/queries.ts';
import type { SettingNote, SettingSection } from './setting-notes.ts';

export type Config = OutputOf<'config', 'get'>;
type Json = Config['values'][string];

export interface SettingRow extends SettingNote {
  readonly value: Json | undefined;
  readonly source: Config['sources'][string];
  /** It was changed, and counts after the next start. */
  readonly waits: boolean;
}

const at = (values: Config['values'], name: string): Json | undefined =>
  name
    .split('.')
    .reduce<unknown>(
      (part, key) => (part === null || typeof part !== 'object' ? undefined : (part as Record<string, unknown>)[key]),
      values,
    ) as Json | undefined;

/** Every setting that the server names, with what is known of it; one that the reference does not know is shown all the same. */
export function rowsOf(config: Config, sections: readonly SettingSection[]): SettingRow[] {
  const notes = new Map(sections.flatMap(({ settings }) => settings.map((note) => [note.name, note] as const)));
  return Object.entries(config.sources).map(([name, source]) => ({
    ...(notes.get(name) ?? {
      name,
      section: name.split('.')[0] ?? name,
      type: 'JSON',
      choices: [],
      usual: '',
      variables: [],
      restart: true,
      secret: false,
      meaning: '',
    }),
    value: at(config.values, name),
    source,
    waits: config.restartNeeded.includes(name),
  }));
}

export const sourceWords: Readonly<Record<SettingRow['source'] & string, string>> = {
  default: 'Default',
  file: 'File',
  environment: 'Environment',
  argument: 'Command line',
};

/** A value as people read it. */
export const shownValue = (value: Json | undefined): string =>
  value === null || value === undefined || value === ''
    ? 'not set'
    : Array.isArray(value) && value.length === 0
      ? 'empty list'
      : typeof value === 'string'
        ? value
        : Array.isArray(value) && value.every((item) => typeof item === 'string')
          ? value.join(', ')
          : JSON.stringify(value, null, 1);

export type SettingKind = 'choice' | 'switch' | 'number' | 'list' | 'json' | 'text';

export function kindOf({ type, choices }: SettingNote): SettingKind {
  if (choices.length === 2 && choices.includes('true') && choices.includes('false')) return 'switch';
  if (choices.length > 0) return 'choice';
  if (/number/.test(type)) return 'number';
  if (/^list of/.test(type)) return 'list';
  return type === 'JSON' ? 'json' : 'text';
}

/** The least and the most of a number, where the reference names them. */
export function boundsOf({ type }: SettingNote): { readonly min?: number; readonly max?: number } {
  const found = /(\d+) to (\d+)/.exec(type);
  return found ? { min: Number(found[1]), max: Number(found[2]) } : {};
}
