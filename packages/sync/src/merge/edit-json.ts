import { equalJson, type JsonValue } from '@ratchet/sync-core/json-merge';
import { applyEdits, type FormattingOptions, type JSONPath, modify, type ParseError, parse } from 'jsonc-parser';

/** The value of a JSON text, or null when it is not strictly JSON. */
export function parseJson(text: string): { value: JsonValue } | null {
  try {
    return { value: JSON.parse(text.replace(/^\uFEFF/, '')) as JsonValue };
  } catch {
    return null;
  }
}

/** The text with only those members rewritten that differ; spellings of all others stay, numbers included. */
export function editJson(text: string, from: JsonValue, to: JsonValue): string | null {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  let result = text.slice(bom.length);
  const formattingOptions = formatOf(result);
  for (const { path, value } of differences(from, to, []))
    result = applyEdits(
      result,
      modify(result, path, value, { formattingOptions, getInsertionIndex: (keys) => keys.length }),
    );
  const errors: ParseError[] = [];
  const reached = parse(result, errors, { allowTrailingComma: false, disallowComments: true }) as JsonValue;
  return errors.length === 0 && equalJson(reached, to) ? bom + result : null;
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
