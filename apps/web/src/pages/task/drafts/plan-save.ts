import type { Task } from '@ratchet/contract/entities/task';
import type { Json } from '@ratchet/contract/json';
import { type Draft, type Part, pathOf, type TaskDrafts } from './draft-state.ts';

type JsonObject = Record<string, Json>;
export interface FileWrite {
  readonly path: string;
  readonly base: string | null;
  readonly text: string;
}
export interface SavePlan {
  /** What `tasks.update` is to change; null: nothing. */
  readonly patch: {
    metadata?: JsonObject;
    inputSchema?: JsonObject | boolean | null;
    outputSchema?: JsonObject | boolean | null;
  } | null;
  readonly files: readonly FileWrite[];
}
export interface Unsavable {
  readonly key: string;
  readonly message: string;
}

/** What has to be sent so that the drafts are stored, or why they cannot be. */
export function planSave(
  task: Pick<Task, 'metadata'>,
  { items }: TaskDrafts,
): SavePlan | { readonly unsavable: readonly Unsavable[] } {
  const unsavable: Unsavable[] = [];
  const patch: NonNullable<SavePlan['patch']> = {};
  const files: FileWrite[] = [];
  for (const [key, draft] of Object.entries(items)) {
    const path = pathOf(key);
    if (path !== null) {
      files.push({ path, ...draft });
      continue;
    }
    const read = readPart(key as Part, draft);
    if ('message' in read) unsavable.push({ key, message: read.message });
    else if (key === 'metadata') patch.metadata = changedMembers(task.metadata, read.value as JsonObject);
    else patch[key === 'input' ? 'inputSchema' : 'outputSchema'] = read.value as JsonObject | boolean | null;
  }
  if (unsavable.length > 0) return { unsavable };
  return { patch: Object.keys(patch).length > 0 ? patch : null, files };
}

function readPart(part: Part, { text }: Draft): { readonly value: Json } | { readonly message: string } {
  if (text.trim() === '')
    return part === 'metadata' ? { message: 'The metadata is empty: it needs at least {}.' } : { value: null };
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    return { message: `It is not valid JSON. ${error instanceof Error ? error.message : ''}`.trim() };
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (part === 'metadata' && !isObject) return { message: 'The metadata is an object of named members.' };
  if (part !== 'metadata' && !isObject && typeof value !== 'boolean')
    return { message: 'A JSON Schema is an object, true or false.' };
  return { value };
}

/** Members to set; null takes one away. */
export function changedMembers(before: Readonly<JsonObject>, after: Readonly<JsonObject>): JsonObject {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries(
    [...names].flatMap((name): [string, Json][] => {
      const [was, is] = [before[name], after[name]];
      if (sameJson(was, is)) return [];
      return [[name, is === undefined ? null : is]];
    }),
  );
}

export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && sameJson((a as JsonObject)[name], (b as JsonObject)[name]));
}

const mostEdits = 100;
const longestEdit = 1_000_000;

/** The files as one edit of their whole texts, so that they are stored together or not at all; null where that cannot be. */
export function asOneEdit(
  files: readonly FileWrite[],
): { readonly path: string; readonly find: string; readonly replace: string }[] | null {
  if (files.length < 2 || files.length > mostEdits) return null;
  const edits = files.map(({ path, base, text }) => {
    if (base === null || hasMark(base) !== hasMark(text)) return null;
    const [find, replace] = hasMark(base) ? [base.slice(1), text.slice(1)] : [base, text];
    // Line ends are taken as they are only where one of the two says what they are.
    const plainToCrlf = !find.includes('\r') && replace.includes('\r');
    if (find === '' || find.length > longestEdit || replace.length > longestEdit || plainToCrlf) return null;
    return { path, find, replace };
  });
  return edits.some((edit) => edit === null) ? null : (edits as { path: string; find: string; replace: string }[]);
}

/** A byte order mark is no text to the server. */
const hasMark = (text: string): boolean => text.startsWith('\uFEFF');
