import type { TaskFields, TaskPatch } from './fields.ts';
import { isSchema, type JsonRecord, sameJson, settleJson } from './json-value.ts';
import { maxNameLength, projectTask, type TaskFiles } from './project-task.ts';
import { readJson } from './read-json.ts';
import { type SchemaSide, schemaFile, schemaKey } from './read-schema.ts';
import { isFault } from './reading.ts';
import { reviseComment } from './revise-comment.ts';
import { newJson, reviseJson, reviseJsonMembers } from './revise-json.ts';
import { reviseYaml } from './revise-yaml.ts';
import { tagValues } from './script-comment.ts';
import { isSemanticVersion } from './semantic-version.ts';
import { shapeOf, type TaskShape } from './shape.ts';
import { decode, encode, isCrlf } from './text.ts';

/** Why a patch cannot be taken: the member of the patch, and what to do about it. */
export interface Invalid {
  readonly invalid: { path: string; message: string }[];
}

/** Files of the task that change: path within its tree → new bytes; null removes it. */
export interface Edited {
  readonly files: ReadonlyMap<string, Uint8Array | null>;
}

/**
 * Applies a patch to a task's files in the form they have. Only the bytes that the patch means to change differ, and a
 * member that is as it was changes none. Line endings and byte order mark of the code are kept. The result reads back as
 * the patch says, or the patch is invalid.
 */
export function editTask(path: string, files: TaskFiles, patch: TaskPatch): Edited | Invalid {
  const shape = shapeOf(path, (name) => files.has(name));
  const before = projectTask(path, files);
  if (!shape || 'unreadable' in before) {
    const message = 'unreadable' in before ? before.unreadable.message : 'It is no task.';
    return { invalid: [{ path: '', message: `Its files cannot be read, so mend them first. ${message}` }] };
  }
  const asked = normalised(patch);
  const changes = metadataChanges(before.fields, asked);
  const faults = [...faultsOf(asked, changes)];
  if (faults.length > 0) return { invalid: faults };

  const edited = new Map<string, Uint8Array | null>();
  if (shape.form === 'folder') for (const side of sides) editSchemaFile(side, asked[`${side}Schema`], files, edited);
  else for (const side of sides) addSchemaChange(side, before.fields, asked[`${side}Schema`], changes);
  const code = asked.sourceCode === undefined ? null : newCode(before.fields, files, asked.sourceCode);
  if (code) edited.set(before.fields.entry, code);
  if (changes.size > 0) {
    const old = decode(edited.get(shape.carrier) ?? files.get(shape.carrier) ?? new Uint8Array());
    const text = old && revised(shape, old.text, changes);
    const message = `${shape.carrier} cannot be edited to hold this; edit the file itself.`;
    if (text === null) return { invalid: [{ path: 'metadata', message }] };
    if (text !== old?.text) edited.set(shape.carrier, encode(text, old?.marked));
  }
  const after = new Map([...files, ...edited].flatMap(([name, bytes]) => (bytes ? [[name, bytes] as const] : [])));
  const failed = readBack(path, shape, after, asked);
  return failed.length > 0 ? { invalid: failed } : { files: edited };
}

const sides: readonly SchemaSide[] = ['input', 'output'];
const typedKeys = ['name', 'label', 'description', 'version', 'tags'] as const;
const frozenKeys = ['uuid', 'created_at', 'updated_at'];

/** The patch with typed members of its metadata where they belong; those given by themselves go first. */
function normalised(patch: TaskPatch): TaskPatch {
  const asked: TaskPatch = patch.name === undefined ? patch : { ...patch, name: patch.name.trim() };
  const metadata = Object.entries(patch.metadata ?? {}).filter(
    ([key, value]) => value !== undefined && !typedKeys.some((typed) => typed === key && patch[typed] !== undefined),
  );
  return { ...asked, metadata: Object.fromEntries(metadata) };
}

/** Members of the metadata that the patch changes; null: it goes. */
function metadataChanges(before: TaskFields, patch: TaskPatch): Map<string, unknown> {
  const changes = new Map<string, unknown>();
  for (const [key, value] of Object.entries(patch.metadata ?? {}))
    if (!sameJson(memberOf(before.metadata, key), value)) changes.set(key, value);
  for (const key of typedKeys)
    if (patch[key] !== undefined && !sameJson(patch[key], before[key])) changes.set(key, patch[key]);
  return changes;
}

const memberOf = (members: JsonRecord, key: string): unknown =>
  (Object.hasOwn(members, key) ? members[key] : null) ?? null;

function* faultsOf(patch: TaskPatch, changes: ReadonlyMap<string, unknown>): Generator<Invalid['invalid'][number]> {
  for (const [key, value] of changes) {
    const own = typedKeys.some((typed) => typed === key && patch[typed] !== undefined);
    const message = faultOf(key, value) ?? unstorable(value);
    if (message) yield { path: own ? key : `metadata.${key}`, message };
  }
  for (const side of sides) {
    const schema = patch[`${side}Schema`] ?? null;
    const message =
      schema === null || isSchema(schema) ? unstorable(schema) : 'A JSON Schema is an object, true or false.';
    if (message) yield { path: `${side}Schema`, message };
  }
  const message = unstorable(patch.sourceCode ?? '');
  if (message) yield { path: 'sourceCode', message };
}

function faultOf(key: string, value: unknown): string | null {
  if (frozenKeys.includes(key))
    return `${key} belongs to the task's own files and is never rewritten here; edit the file itself.`;
  if (key === 'version' && !(typeof value === 'string' && isSemanticVersion(value)))
    return 'It is not a semantic version; write it like 1.0.0.';
  if (key === 'name' && !(typeof value === 'string' && value.trim() !== '' && value.length <= maxNameLength))
    return `A name has 1 to ${maxNameLength} characters.`;
  if ((key === 'label' || key === 'description') && value !== null && typeof value !== 'string')
    return 'It must be a text or null.';
  if (key === 'tags' && value !== null && !(Array.isArray(value) && value.every((tag) => typeof tag === 'string')))
    return 'It must be a list of texts.';
  return null;
}

function unstorable(value: unknown): string | null {
  const settled = settleJson(value);
  if (!settled) return 'It is nested too deeply.';
  return settled.replaced ? 'It holds a NUL character or half a Unicode character; take it out.' : null;
}

function editSchemaFile(
  side: SchemaSide,
  wanted: JsonRecord | boolean | null | undefined,
  files: TaskFiles,
  edited: Map<string, Uint8Array | null>,
): void {
  if (wanted === undefined) return;
  const path = schemaFile(side);
  const bytes = files.get(path);
  const old = bytes ? decode(bytes) : null;
  if (wanted === null) {
    if (bytes) edited.set(path, null);
  } else if (!old || isFault(readJson(old.text))) edited.set(path, encode(newJson(wanted)));
  else {
    const text = reviseJson(old.text, wanted);
    if (text !== old.text) edited.set(path, encode(text, old.marked));
  }
}

function addSchemaChange(
  side: SchemaSide,
  before: TaskFields,
  wanted: JsonRecord | boolean | null | undefined,
  changes: Map<string, unknown>,
): void {
  if (wanted === undefined || sameJson(before[`${side}Schema`], wanted)) return;
  const key = schemaKey(side, before.metadata);
  changes.set(key, wanted);
  const other = `${side}s`;
  if (wanted === null && before.metadata[other] !== undefined) changes.set(other, null);
}

/** The code as bytes, in the line endings and with the byte order mark that its file has; null: it is as it was. */
function newCode(before: TaskFields, files: TaskFiles, given: string): Uint8Array | null {
  if (given === before.sourceCode && files.has(before.entry)) return null;
  const bytes = files.get(before.entry);
  const old = bytes ? decode(bytes) : null;
  const keepsCrlf = old !== null && isCrlf(old.text) && !given.includes('\r');
  const code = keepsCrlf ? given.replaceAll('\n', '\r\n') : given;
  return code === old?.text ? null : encode(code, old?.marked);
}

/** The metadata's text with its changes; null: it cannot come to say that. */
export function revised(shape: TaskShape, text: string, changes: ReadonlyMap<string, unknown>): string | null {
  switch (shape.form) {
    case 'folder':
      return reviseJsonMembers(text, changes);
    case 'script':
      return reviseComment(text, tagValues(changes));
    default:
      return reviseYaml(text, changes);
  }
}

/** What does not read back as the patch says. */
function readBack(path: string, shape: TaskShape, files: TaskFiles, patch: TaskPatch): Invalid['invalid'] {
  const after = projectTask(path, files);
  if ('unreadable' in after) {
    const isCode = shape.form === 'script' && patch.sourceCode !== undefined;
    const message = isCode
      ? `Keep the leading comment with its @version. ${after.unreadable.message}`
      : after.unreadable.message;
    return [{ path: isCode ? 'sourceCode' : 'metadata', message }];
  }
  const { fields } = after;
  const kept = (wanted: unknown, found: unknown) => wanted === undefined || sameJson(wanted ?? null, found ?? null);
  const failed = [...typedKeys, 'inputSchema' as const, 'outputSchema' as const]
    .filter((key) => !kept(patch[key], fields[key]))
    .map(String);
  for (const [key, value] of Object.entries(patch.metadata ?? {}))
    if (!kept(value, memberOf(fields.metadata, key))) failed.push(`metadata.${key}`);
  const message =
    shape.form === 'script'
      ? 'The comment of a script cannot hold this; move the metadata to a YAML file of its name beside it.'
      : `${shape.carrier} cannot hold this in the form it has; edit the file itself.`;
  return failed.map((member) => ({ path: member, message }));
}
