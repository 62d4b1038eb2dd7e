import type * as z from 'zod';
import type { Setting } from './every-setting.ts';

const wanted: Readonly<Record<Setting['kind'], string>> = {
  text: 'must be a text',
  integer: 'must be a whole number',
  number: 'must be a number',
  boolean: 'must be true or false',
  choice: 'must be one of the choices',
  list: 'must be a list of texts',
  json: 'is of the wrong form',
};

const shown = (value: unknown): string => {
  if (value === null) return 'it is empty';
  if (Array.isArray(value)) return 'it is a list';
  if (typeof value === 'object') return 'it is a section';
  return `it is ${typeof value === 'string' ? `the text ${JSON.stringify(value.slice(0, 60))}` : String(value)}`;
};

/** What is wrong with a value, in words that say what it should be. What is secret is not repeated. */
export function sayIssue(issue: z.core.$ZodIssue, { kind, secret, secretMembers }: Setting, value: unknown): string {
  const hidden = secret || secretMembers.length > 0;
  const but = hidden || value === undefined ? '' : `; ${shown(value)}`;
  switch (issue.code) {
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `needs at least ${issue.minimum} ${issue.origin === 'string' ? 'characters' : 'items'}`
        : `must be at least ${issue.minimum}${but}`;
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `takes at most ${issue.maximum} ${issue.origin === 'string' ? 'characters' : 'items'}`
        : `must be at most ${issue.maximum}${but}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}${but}`;
    case 'unrecognized_keys':
      return `does not know ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
    case 'invalid_type':
      return issue.path.length === 0
        ? `${wanted[kind]}${but}`
        : issue.message.replace(/^Invalid input: /, 'is wrong: ');
    case 'invalid_format':
      return issue.format === 'url' ? `must be an address such as https://ratchet.example.org${but}` : issue.message;
    default:
      return issue.message;
  }
}
