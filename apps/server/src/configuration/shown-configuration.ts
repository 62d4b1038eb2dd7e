import type { Setting } from './every-setting.ts';
import { assemble, type LoadedConfiguration } from './load-configuration.ts';

const hidden = '***';
type Source = 'default' | 'file' | 'environment' | 'argument';

/** Every setting as it counts, by section, and where each comes from. What is secret shows as `***`. */
export function shownConfiguration({ values }: Pick<LoadedConfiguration, 'values'>): {
  values: Record<string, unknown>;
  sources: Record<string, Source>;
} {
  const entries = [...values].map(([name, { setting, value }]) => [name, { value: shown(setting, value) }] as const);
  return {
    values: assemble(new Map(entries)),
    sources: Object.fromEntries([...values].map(([name, { source }]) => [name, source])),
  };
}

export function shown({ secret, secretMembers }: Setting, value: unknown): unknown {
  if (secret) return value === null || (Array.isArray(value) && value.length === 0) ? value : hidden;
  return secretMembers.length > 0 ? masked(value, secretMembers) : value;
}

function masked(value: unknown, names: readonly string[]): unknown {
  if (typeof value === 'string') return value.replace(/(:\/\/[^/@\s]*:)[^/@\s]*@/g, `$1${hidden}@`);
  if (Array.isArray(value)) return value.map((each) => masked(each, names));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, isSecretName(key, names) ? hidden : masked(each, names)]),
  );
}

/** However it is written: a source's config takes both spellings. */
const isSecretName = (key: string, names: readonly string[]): boolean =>
  names.includes(key) || names.includes(key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

/** Whether a value has in it what only stands for a secret. */
export const holdsMask = (value: unknown): boolean =>
  value === hidden || (value !== null && typeof value === 'object' && Object.values(value).some(holdsMask));
