import { equalJson, type JsonValue } from '@ratchet/sync-core/json-merge';
import { applyEdits, type FormattingOptions, type JSONPath, modify, type ParseError, parse } from 'jsonc-parser';

/** Nesting that every step of a structural merge can walk; deeper texts are merged by lines. */
const maxNesting = 200;

/** The value of a JSON text, or null when it is not strictly JSON, or nested too deep to walk. */
export function parseJson(text: string): { value: JsonValue; unseen: string } | null {
  const plain = text.replace(/^\uFEFF/, '');
  if (nestingOf(plain) > maxNesting) return null;
  const unseen: string[] = [];
  try {
    // The third argument of a reviver is in Node and not yet in its types.
    const note = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
      if (typeof value === 'number' && context?.source !== String(value)) unseen.push(context?.source ?? '');
      return value;
    };
    return { value: JSON.parse(plain, note) as JsonValue, unseen: unseen.join(' ') };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** How deep brackets nest, without a walk that could itself go too deep. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[{]|[\]}]/g)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}') depth--;
  }
  return deepest;
}

/**
 * The text with only those members rewritten that differ. null: it would not say the value then, or would spell a number
 * anew that nobody changed.
 */
export function editJson(text: string, from: JsonValue, to: JsonValue): string | null {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  let result = text.slice(bom.length);
  const line = editLine(result, from, to);
  if (line !== null) return bom + line;
  const formattingOptions = formatOf(result);
  for (const { path, value } of differences(from, to, []))
    result = applyEdits(
      result,
      modify(result, path, value, { formattingOptions, getInsertionIndex: (keys) => keys.length }),
    );
  if (parseJson(result)?.unseen !== parseJson(text)?.unseen) return null;
  const errors: ParseError[] = [];
  const reached = parse(result, errors, { allowTrailingComma: false, disallowComments: true }) as JsonValue;
  return errors.length === 0 && equalJson(reached, to) ? bom + result : null;
}

/** How a JSON value is written on one line: the space after `:` and `,`, and within braces. */
const lineStyles = [
  { after: '', within: '' },
  { after: ' ', within: '' },
  { after: ' ', within: ' ' },
] as const;

/** A text on one line stays on one; null when the text is not, or is spaced in a way of its own. */
function editLine(text: string, from: JsonValue, to: JsonValue): string | null {
  const plain = text.trim();
  if (plain.includes('\n')) return null;
  const style = lineStyles.find((style) => onLine(from, style) === plain);
  return style ? text.replace(plain, () => onLine(to, style)) : null;
}

function onLine(value: JsonValue, style: (typeof lineStyles)[number]): string {
  const { after, within } = style;
  if (Array.isArray(value)) return `[${value.map((element) => onLine(element, style)).join(`,${after}`)}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${after}${onLine(member, style)}`,
  );
  return members.length === 0 ? '{}' : `{${within}${members.join(`,${after}`)}${within}}`;
}

interface Difference {
  readonly path: JSONPath;
  /** undefined removes the member. */
  readonly value: JsonValue | undefined;
}

/** Members to set and remove; arrays of equal length element by element, others whole. */
function* differences(from: JsonValue, to: JsonValue, path: JSONPath): Generator<Difference> {
  if (equalJson(from, to)) return;
  if (isObject(from) && isObject(to)) {
    for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) yield { path: [...path, key], value: undefined };
    for (const [key, value] of Object.entries(to)) {
      if (Object.hasOwn(from, key)) yield* differences(from[key] as JsonValue, value, [...path, key]);
      else yield { path: [...path, key], value };
    }
  } else if (Array.isArray(from) && Array.isArray(to) && from.length === to.length)
    for (const [i, element] of to.entries()) yield* differences(from[i], element, [...path, i]);
  else if (
    Array.isArray(from) &&
    Array.isArray(to) &&
    to.length > from.length &&
    from.every((element, i) => equalJson(element, to[i]))
  )
    for (const [i, element] of to.slice(from.length).entries())
      yield { path: [...path, from.length + i], value: element };
  else yield { path, value: to };
}

const isObject = (value: JsonValue): value is { readonly [key: string]: JsonValue } =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function formatOf(text: string): FormattingOptions {
  const indent = text.match(/^[{[][^\S\n]*\r?\n([ \t]+)/)?.[1] ?? '  ';
  const tabs = indent.startsWith('\t');
  return { insertSpaces: !tabs, tabSize: tabs ? 1 : indent.length, eol: text.includes('\r\n') ? '\r\n' : '\n' };
}
