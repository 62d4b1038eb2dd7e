import { equalJson, type JsonValue } from '@ratchet/sync-core/json-merge';
import { type Document, isAlias, isMap, isScalar, parseAllDocuments, visit } from 'yaml';

/** One document without aliases, anchors or tags: what can be edited and stay what it was. */
function plainDocument(text: string): Document.Parsed | null {
  const documents = parseAllDocuments(text.replace(/^\uFEFF/, ''), { keepSourceTokens: true });
  if (!Array.isArray(documents) || documents.length !== 1) return null;
  const [document] = documents;
  if (!document || document.errors.length > 0) return null;
  let plain = true;
  visit(document, {
    Alias: () => {
      plain = false;
      return visit.BREAK;
    },
    Node: (_key, node) => {
      if ((node as { anchor?: string }).anchor || isAlias(node)) plain = false;
      return plain ? undefined : visit.BREAK;
    },
    Pair: (_key, pair) => {
      if (!isScalar(pair.key) || typeof pair.key.value !== 'string') plain = false;
      return plain ? undefined : visit.BREAK;
    },
  });
  return plain ? document : null;
}

/** The value of a YAML text, where it has one that JSON knows; else null. */
export function parseYaml(text: string): { value: JsonValue; unseen: string } | null {
  const document = plainDocument(text);
  if (!document) return null;
  const value = document.toJS() as unknown;
  try {
    return equalJson(JSON.parse(JSON.stringify(value)) as JsonValue, value as JsonValue)
      ? { value: value as JsonValue, unseen: unseenIn(document) }
      : null;
  } catch {
    return null;
  }
}

/** What an author wrote that the value does not show: comments, and numbers that a double spells otherwise. */
function unseenIn(document: Document.Parsed): string {
  const found: unknown[] = [document.commentBefore, document.comment];
  visit(document, {
    Node: (_key, node) => {
      found.push(node.commentBefore, node.comment);
      if (isScalar(node) && typeof node.value === 'number' && node.source !== String(node.value))
        found.push(node.source);
    },
  });
  return JSON.stringify(found.filter((text) => typeof text === 'string'));
}

/** The text with other members' comments, order and quoting kept. null: the text would not say the value then. */
export function editYaml(text: string, from: JsonValue, to: JsonValue): string | null {
  const document = plainDocument(text);
  if (!document || !isMap(document.contents)) return null;
  for (const { path, value } of differences(from, to, [])) {
    if (value === undefined) document.deleteIn(path);
    else {
      const node = document.getIn(path, true);
      if (isScalar(node) && (value === null || typeof value !== 'object')) node.value = value;
      else document.setIn(path, document.createNode(value));
    }
  }
  const result = document.toString({ lineWidth: 0 });
  // A text that the library would write otherwise even unchanged is merged by lines, which touch nothing else.
  const untouched = plainDocument(text)?.toString({ lineWidth: 0 });
  const reached = parseYaml(result);
  return untouched === text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n') && reached && equalJson(reached.value, to)
    ? result
    : null;
}

function* differences(
  from: JsonValue,
  to: JsonValue,
  path: (string | number)[],
): Generator<{ path: (string | number)[]; value: JsonValue | undefined }> {
  if (equalJson(from, to)) return;
  const isObject = (v: JsonValue): v is { readonly [key: string]: JsonValue } =>
    v !== null && typeof v === 'object' && !Array.isArray(v);
  if (!isObject(from) || !isObject(to)) {
    yield { path, value: to };
    return;
  }
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) yield { path: [...path, key], value: undefined };
  for (const [key, value] of Object.entries(to)) {
    if (Object.hasOwn(from, key)) yield* differences(from[key] as JsonValue, value, [...path, key]);
    else yield { path: [...path, key], value };
  }
}
