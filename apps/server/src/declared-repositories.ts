import { readFileSync } from 'node:fs';
import { AuthConfig, PushPolicy, repositorySettings } from '@ratchet/contract/entities/repository';
import { RatchetError } from '@ratchet/contract/errors';
import type { Declaration } from '@ratchet/repositories/declare-repositories';
import { LineCounter, parseDocument } from 'yaml';
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
 * The repositories that a YAML file declares: `repositories`, a list of their settings in snake_case, or a list alone.
 * `${NAME}` in a value is that environment variable. null: there is no such file. Throws VALIDATION_FAILED that names
 * file, line and setting.
 */
export function readDeclarations(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): Declaration[] | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw wrong(path, null, `cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [fault] = document.errors;
  if (fault) throw wrong(path, lines.linePos(fault.pos[0]).line, fault.message.split('\n')[0] ?? '');
  const value = document.toJS() as unknown;
  const list = Array.isArray(value) ? value : (value as { repositories?: unknown } | null)?.repositories;
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw wrong(path, 1, 'repositories is a list.');
  return list.map((entry, i) => {
    const read = Declared.safeParse(settingsOf(entry, environment, (name) => unset(path, name)));
    if (read.success) return { ...read.data, authConfig: read.data.authConfig, webhookSecret: read.data.webhookSecret };
    const node = document.getIn(Array.isArray(value) ? [i] : ['repositories', i], true) as { range?: [number] } | null;
    const line = node?.range ? lines.linePos(node.range[0]).line : null;
    const said = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw wrong(path, line, `repository ${i + 1}: ${said}`);
  });
}

function settingsOf(
  entry: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  unset: (name: string) => never,
): unknown {
  const walk = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string')
      return value.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name: string, fallback?: string) => {
        return environment[name] ?? fallback ?? unset(name);
      });
    if (Array.isArray(value)) return value.map((each) => walk(each, depth + 1));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => {
        const name = camel(key);
        const meant = depth === 0 ? (aliases[name] ?? name) : known.has(name) ? name : key;
        return [meant, meant === 'metadata' ? each : walk(each, depth + 1)];
      }),
    );
  };
  return walk(entry, 0);
}

const camel = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const wrong = (path: string, line: number | null, message: string): RatchetError =>
  new RatchetError('VALIDATION_FAILED', `${path}${line === null ? '' : `:${line}`}: ${message}`);

function unset(path: string, name: string): never {
  throw wrong(path, null, `the environment variable ${name} is not set.`);
}
