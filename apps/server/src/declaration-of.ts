import { AuthConfig, PushPolicy, repositorySettings } from '@ratchet/contract/entities/repository';
import { RatchetError } from '@ratchet/contract/errors';
import type { Declaration } from '@ratchet/repositories/declare-repositories';
import * as z from 'zod';

const Declared = z.strictObject({ ...repositorySettings, isDefault: z.boolean().default(false) });
const known = new Set([
  ...Object.keys(Declared.shape),
  ...Object.keys(PushPolicy.shape),
  ...Object.keys(AuthConfig.shape),
]);
/** Shorter words for what is meant. */
const aliases: Readonly<Record<string, string>> = {
  type: 'repositoryType',
  url: 'uri',
  path: 'uri',
  auth: 'authConfig',
  default: 'isDefault',
};

/**
 * A repository's settings as they stand in a file, in snake_case, with short words. `pushback`: how it is pushed to where
 * the entry does not say, in either case; what is null there says nothing. Throws VALIDATION_FAILED that names the
 * setting.
 */
export function declarationOf(entry: unknown, pushback: Readonly<Record<string, unknown>> = {}): Declaration {
  const settings = inOurWords(entry, 0);
  const usual = Object.fromEntries(
    Object.entries(pushback).flatMap(([key, value]) => (value === null ? [] : [[camel(key), value]])),
  );
  const read = Declared.safeParse(withPolicy(settings, usual));
  if (read.success) return { ...read.data, authConfig: read.data.authConfig, webhookSecret: read.data.webhookSecret };
  const said = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new RatchetError('VALIDATION_FAILED', said);
}

function withPolicy(settings: unknown, usual: Record<string, unknown>): unknown {
  if (settings === null || typeof settings !== 'object' || Object.keys(usual).length === 0) return settings;
  const { pushPolicy, ...rest } = settings as { pushPolicy?: unknown };
  if (pushPolicy === undefined || pushPolicy === null) return { ...rest, pushPolicy: usual };
  return typeof pushPolicy === 'object' ? { ...rest, pushPolicy: { ...usual, ...pushPolicy } } : settings;
}

function inOurWords(value: unknown, depth: number): unknown {
  if (Array.isArray(value)) return value.map((each) => inOurWords(each, depth + 1));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const name = camel(key);
      const meant = depth === 0 ? (aliases[name] ?? name) : known.has(name) ? name : key;
      return [meant, meant === 'metadata' ? each : inOurWords(each, depth + 1)];
    }),
  );
}

const camel = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
