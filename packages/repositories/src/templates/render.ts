import type { Json } from '@ratchet/contract/json';
import type { JsonRecord, Template } from './template.ts';

const placeholder = /\{\{(\w+)\}\}/g;

/**
 * Fills JSON: a text that is one placeholder becomes its value of whatever type, in other texts and in keys the value
 * stands as text. An empty text in a list, and a member with an empty key, are left out.
 */
export function fillJson(value: Json, values: JsonRecord): Json {
  if (typeof value === 'string') {
    const whole = /^\{\{(\w+)\}\}$/.exec(value)?.[1];
    return whole === undefined ? fillText(value, values) : valueNamed(whole, values);
  }
  if (Array.isArray(value)) return value.map((item) => fillJson(item, values)).filter((item) => item !== '');
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [fillText(key, values), fillJson(member, values)] as const)
      .filter(([key]) => key !== ''),
  );
}

/** Fills code: `'{{name}}'`, a whole literal, becomes the value as a literal, which nothing in it can end. */
export const fillCode = (code: string, values: JsonRecord): string =>
  code.replace(/'\{\{(\w+)\}\}'/g, (_, name: string) => literal(valueNamed(name, values)));

/** Fills Markdown: a value stands on one line, and none of its characters means anything. */
export const fillMarkdown = (text: string, values: JsonRecord): string =>
  text.replace(placeholder, (_, name: string) =>
    shown(valueNamed(name, values))
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .replace(/[\\`*_{}[\]()#+!|<>~&]/g, '\\$&'),
  );

/** Fills a file by what its name says it is. */
export function fillFile(path: string, text: string, values: JsonRecord): string {
  if (path.endsWith('.json')) return `${JSON.stringify(fillJson(JSON.parse(text), values), null, 2)}\n`;
  return path.endsWith('.md') ? fillMarkdown(text, values) : fillCode(text, values);
}

/** Values with the defaults of their schema filled in, and what follows from them. They fit the schema already. */
export function valuesOf({ parameters }: Pick<Template, 'parameters'>, given: JsonRecord): JsonRecord {
  const values: Record<string, Json> = {};
  for (const [name, { default: usual = '', format }] of Object.entries(parameters.properties)) {
    const value = (Object.hasOwn(given, name) ? given[name] : usual) ?? usual;
    // As the address of a request is written when it is made, so that a mock meets it.
    values[name] = format === 'uri' && typeof value === 'string' ? (URL.parse(value)?.href ?? value) : value;
  }
  return values;
}

/** What templates may use besides: the host of an address, the first item of a list. */
export function derivedFrom(values: JsonRecord): JsonRecord {
  const derived: Record<string, Json> = {};
  for (const [name, value] of Object.entries(values)) {
    if (Array.isArray(value)) derived[`${name}_first`] = value[0] ?? '';
    const host = typeof value === 'string' ? URL.parse(value)?.host : undefined;
    if (host) derived[`${name}_host`] = host;
  }
  return { ...values, ...derived };
}

const fillText = (text: string, values: JsonRecord): string =>
  text.replace(placeholder, (_, name: string) => shown(valueNamed(name, values)));

const shown = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

function valueNamed(name: string, values: JsonRecord): Json {
  const value = values[name];
  if (value === undefined) throw new Error(`The template uses ${name}, which is no parameter of it.`);
  return value;
}

/** A value in JavaScript. Parameters are texts, numbers, booleans and lists of them, never objects. */
function literal(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'string') return JSON.stringify(value);
  const inner = JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  // Two characters that end a line in the eyes of older readers.
  return `'${inner.replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`)}'`;
}
