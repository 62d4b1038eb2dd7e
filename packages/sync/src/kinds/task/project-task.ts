import { checkPath } from '../../paths.ts';
import type { SyncProblem } from '../../problem.ts';
import type { TaskFields } from './fields.ts';
import { isIgnoredPath } from './ignored.ts';
import { isStorable, type JsonRecord, storableText } from './json-value.ts';
import { readJson } from './read-json.ts';
import { readMetadata, type TaskMetadata } from './read-metadata.ts';
import { readSchema, type SchemaSide } from './read-schema.ts';
import { isFault } from './reading.ts';
import { type Report, reporter } from './report.ts';
import { listOf } from './script-comment.ts';
import { isSemanticVersion } from './semantic-version.ts';
import { baseName, rootOf, shapeOf, type TaskShape } from './shape.ts';
import { syntaxFault } from './syntax-check.ts';
import { decode, decodeLeniently } from './text.ts';

const maxCodeBytes = 5_000_000;
const maxTestBytes = 5_000_000;
export const maxNameLength = 200;

/** Files of a task: path within its tree → bytes. */
export type TaskFiles = ReadonlyMap<string, Uint8Array>;

/** The typed fields of a task. Only metadata that does not parse makes it unreadable; then `path` is within the endpoint. */
export function projectTask(path: string, files: TaskFiles): { fields: TaskFields } | { unreadable: SyncProblem } {
  const shape = shapeOf(path, (name) => files.has(name));
  const unreadable = (problem: Omit<SyncProblem, 'severity'>) => ({
    unreadable: { ...problem, message: storableText(problem.message), severity: 'error' as const },
  });
  if (!shape) return unreadable({ path, code: 'not_a_task', message: notATask });
  const problems: SyncProblem[] = [];
  const said = reporter(problems, shape.carrier);
  const metadata = readMetadata(shape, files, said);
  if ('fault' in metadata) {
    const { fault, code, line } = metadata;
    return unreadable({
      path: rootOf(path, files.keys()) + shape.carrier,
      code,
      message: fault,
      ...(line ? { line } : {}),
    });
  }
  const typed = { ...identity(path, shape, metadata, said), tags: tagsOf(metadata, said) };
  const schema = (side: SchemaSide) => readSchema(side, shape, metadata, files, problems);
  const code = readCode(shape, metadata, files, problems);
  checkTests(files, problems);
  return {
    fields: {
      form: shape.form,
      ...typed,
      metadata: metadata.members,
      inputSchema: schema('input'),
      outputSchema: schema('output'),
      ...code,
      problems,
    },
  };
}

const notATask =
  'It is no task: a task is a folder with metadata.json or task.yaml, or a .js or .ts file with a YAML file of its name beside it or an @version in its leading comment.';

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function identity(path: string, shape: TaskShape, { members, lineOf }: TaskMetadata, said: Report) {
  const text = (key: string): string | null => {
    const value = members[key] ?? null;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (value === null || typeof value === 'string') return value;
    said('warning', `bad_${key}`, `${key} is not a text and is left out.`, lineOf([key]));
    return null;
  };
  const { uuid } = members;
  const isUuid = typeof uuid === 'string' && uuidPattern.test(uuid);
  if (!isUuid && uuid !== undefined && uuid !== null)
    said(
      'warning',
      'bad_uuid',
      'uuid is not a UUID; one derived from the place of the task is used.',
      lineOf(['uuid']),
    );
  return {
    uuid: isUuid ? uuid.toLowerCase() : null,
    name: nameOf(path, shape, text('name')?.trim() ?? '', () => lineOf(['name']), said),
    label: text('label'),
    description: text('description'),
    version: versionOf(members, lineOf, said),
  };
}

function nameOf(path: string, shape: TaskShape, written: string, line: () => number, said: Report): string {
  if (written !== '' && written.length <= maxNameLength) return written;
  if (written !== '')
    said(
      'warning',
      'bad_name',
      `name is longer than ${maxNameLength} characters; the name of its place is used.`,
      line(),
    );
  const isFile = shape.form === 'pair' || shape.form === 'script';
  const place = isFile ? baseName(path).slice(0, -3) : baseName(path);
  return place === '.' || place === '' ? 'task' : place;
}

const noVersion = '0.0.0';

function versionOf(members: JsonRecord, lineOf: TaskMetadata['lineOf'], said: Report): string {
  const { version } = members;
  const example = 'write it like "1.0.0"';
  if (version === undefined || version === null) {
    said('error', 'missing_version', `There is no version; ${example}.`, lineOf([]));
    return noVersion;
  }
  if (typeof version === 'string' && isSemanticVersion(version)) return version;
  const line = lineOf(['version']);
  said('error', 'bad_version', `${JSON.stringify(version).slice(0, 100)} is not a semantic version; ${example}.`, line);
  return typeof version === 'string' && version !== '' ? version : noVersion;
}

function tagsOf({ members, lineOf }: TaskMetadata, said: Report): string[] {
  const written = members.tags ?? [];
  if (typeof written === 'string') return listOf(written);
  const isTag = (tag: unknown) => typeof tag === 'string' || typeof tag === 'number' || typeof tag === 'boolean';
  const list = Array.isArray(written) ? written : [];
  if (!Array.isArray(written) || !list.every(isTag))
    said('warning', 'bad_tags', 'tags is not a list of texts; what is no text is left out.', lineOf(['tags']));
  return list.filter(isTag).map(String);
}

function readCode(shape: TaskShape, metadata: TaskMetadata, files: TaskFiles, problems: SyncProblem[]) {
  const entry = entryOf(shape, metadata, files, reporter(problems, shape.carrier));
  const sourceType = entry.endsWith('.ts') ? ('typescript' as const) : ('javascript' as const);
  const bytes = files.get(entry);
  const said = reporter(problems, entry);
  if (!bytes) {
    said('error', 'missing_entry', `There is no ${entry}; add it, or name the file with the code as entrypoint.`);
    return { entry, sourceType, sourceCode: '' };
  }
  if (bytes.length > maxCodeBytes) {
    said('error', 'too_large', `The code has ${bytes.length} bytes; at most ${maxCodeBytes} are loaded.`);
    return { entry, sourceType, sourceCode: '' };
  }
  const text = decode(bytes)?.text;
  if (text === undefined || !isStorable(text)) {
    said(
      'error',
      'bad_encoding',
      'The code is not UTF-8 text, or holds a NUL character; U+FFFD stands in those places.',
    );
    return { entry, sourceType, sourceCode: storableText(decodeLeniently(bytes)) };
  }
  const fault = syntaxFault(text, sourceType);
  if (fault) said('error', 'syntax_error', fault.message, fault.line);
  return { entry, sourceType, sourceCode: text };
}

/** The path of the code: what the metadata names, if it names a file that may be one, else the usual names. */
function entryOf(shape: TaskShape, { members, lineOf }: TaskMetadata, files: TaskFiles, said: Report): string {
  const usual = shape.entries.filter((name) => files.has(name));
  const fallback = usual[0] ?? shape.entries[0] ?? '';
  if (shape.form === 'pair' || shape.form === 'script') return fallback;
  const key = members.entrypoint === undefined || members.entrypoint === null ? 'main' : 'entrypoint';
  const named = namedEntry(members);
  if (named !== null) return named;
  if (key === 'entrypoint')
    said(
      'warning',
      'bad_entrypoint',
      `entrypoint does not name a .js or .ts file of the task; ${fallback} is used.`,
      lineOf([key]),
    );
  if (usual.length > 1)
    said(
      'warning',
      'two_entries',
      `Both ${usual.join(' and ')} are there; ${fallback} is used. Name one as entrypoint.`,
    );
  return fallback;
}

/** The code file that metadata names, as a path within the tree. */
export function namedEntry(members: JsonRecord): string | null {
  const written = members.entrypoint ?? members.main;
  if (typeof written !== 'string' || !/\.[jt]s$/.test(written)) return null;
  const path = written.replace(/^(?:\.\/)+/, '');
  return checkPath(path) === null && !isIgnoredPath(path) ? path : null;
}

function checkTests(files: TaskFiles, problems: SyncProblem[]): void {
  for (const [path, bytes] of files) {
    if (!/^tests\/[^/]+\.json$/.test(path)) continue;
    const said = reporter(problems, path);
    if (bytes.length > maxTestBytes) {
      said('warning', 'too_large', `The test has ${bytes.length} bytes; at most ${maxTestBytes} are loaded.`);
      continue;
    }
    const text = decode(bytes)?.text;
    if (text === undefined) {
      said('warning', 'bad_test', 'The test is not UTF-8 text.');
      continue;
    }
    const reading = readJson(text);
    if (isFault(reading)) said('warning', 'bad_test', reading.fault, reading.line);
  }
}
