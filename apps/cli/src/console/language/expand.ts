import { RatchetError } from '@ratchet/contract/errors';
import type { Json } from '@ratchet/contract/json';
import type { Part, Word } from './statement.ts';

/** What variables stand for. A value that is not a text is shown by its id where it has one, else as JSON. */
export interface Scope {
  value(name: string): Json | undefined;
  environment(name: string): string | undefined;
}

/** The arguments that words stand for. A word of nothing but empty, unquoted variables is none. Throws VALIDATION_FAILED. */
export const expandWords = (words: readonly Word[], scope: Scope): string[] =>
  words.flatMap((word) => {
    const text = expandParts(word, scope);
    const mayVanish = word.every((part) => part.kind === 'variable' && !part.quoted);
    return text === '' && mayVanish ? [] : [text];
  });

const expandParts = (parts: readonly Part[], scope: Scope): string =>
  parts.map((part, at) => expandPart(part, at === 0, scope)).join('');

function expandPart(part: Part, first: boolean, scope: Scope): string {
  if (part.kind === 'text') {
    const home = first && !part.quoted && /^~(?=\/|$)/.test(part.text) ? scope.environment('HOME') : undefined;
    return home === undefined ? part.text : home + part.text.slice(1);
  }
  const { otherwise } = part;
  const text = textOf(part, scope);
  const present = text !== undefined && text !== '';
  if (otherwise?.when === 'present') return present ? expandParts(otherwise.parts, scope) : '';
  if (otherwise && !present) return expandParts(otherwise.parts, scope);
  if (text !== undefined) return text;
  const { name, path, fromEnvironment } = part;
  if (fromEnvironment)
    throw new RatchetError(
      'VALIDATION_FAILED',
      `The environment has no ${name}. \${ENV:${name}:-value} gives a value where there is none.`,
    );
  if (path.length > 0 && scope.value(name) !== undefined)
    throw new RatchetError(
      'VALIDATION_FAILED',
      `${name} has no member ${path.join('.')}. "echo $${name}" shows what it has.`,
    );
  throw new RatchetError(
    'VALIDATION_FAILED',
    `There is no variable ${name}. Set it with "set ${name} value"; \${${name}:-value} gives a value where there is none, and '…' keeps a $ as it is.`,
  );
}

function textOf({ name, path, fromEnvironment }: Extract<Part, { kind: 'variable' }>, scope: Scope) {
  if (fromEnvironment) return scope.environment(name);
  const value = scope.value(name);
  if (value === undefined || path.length === 0) return value === undefined ? undefined : shown(value);
  const found = path.reduce<Json | undefined>(memberOf, typeof value === 'string' ? parsed(value) : value);
  return found === undefined ? undefined : typeof found === 'string' ? found : JSON.stringify(found);
}

const memberOf = (value: Json | undefined, member: string): Json | undefined =>
  value !== null && typeof value === 'object' && Object.hasOwn(value, member)
    ? (value as Readonly<Record<string, Json>>)[member]
    : undefined;

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function shown(value: Json): string {
  if (typeof value === 'string') return value;
  const id = memberOf(value, 'id');
  return typeof id === 'string' ? id : JSON.stringify(value);
}
