import type { Discovered, ReadFiles, Scope } from '../../kind.ts';
import type { RemoteFile } from '../../remote.ts';
import { ignoring, pathMatcher } from './ignored.ts';
import { isRecord } from './json-value.ts';
import { namedEntry } from './project-task.ts';
import { readYaml } from './read-yaml.ts';
import { isFault } from './reading.ts';
import { isScriptTask } from './script-comment.ts';
import {
  baseName,
  companionsOf,
  folderPrefix,
  isCodeName,
  manifestEntries,
  manifestNames,
  metadataName,
} from './shape.ts';
import { decodeLeniently } from './text.ts';
import type { Verdicts } from './verdicts.ts';

/** Lone code files larger than this are no tasks. */
const maxPeekBytes = 1024 * 1024;

/** Groups files into tasks. Contents are looked at only where names do not tell: lone code files and lone manifests. */
export async function discoverTasks(
  files: readonly RemoteFile[],
  scope: Scope,
  read: ReadFiles,
  verdicts: Verdicts,
): Promise<Discovered[]> {
  const ignored = ignoring(scope.ignore);
  const watched = pathMatcher(scope.watch, true);
  const kept = files.filter((file) => !ignored(file.path));
  const folders = foldersOf(kept);

  const roots = new Set<string>();
  const unsure: { prefix: string; manifest: RemoteFile }[] = [];
  for (const [prefix, names] of folders) {
    const manifest = manifestNames.map((name) => names.get(name)).find((file) => file !== undefined);
    if (names.has(metadataName) || (manifest && manifestEntries.some((name) => names.has(name)))) roots.add(prefix);
    else if (manifest) unsure.push({ prefix, manifest });
  }
  const surely = ownership(roots);
  const asked = unsure.filter(({ prefix }) => surely(prefix) === null);
  const answers = await peek(
    asked.map(({ manifest }) => manifest),
    read,
    verdicts,
    entryOfManifest,
  );
  for (const { prefix, manifest } of asked) {
    const entry = answers.get(manifest) ?? unknown;
    const names = folders.get(prefix);
    const hasCode = entry === unknown ? [...(names?.keys() ?? [])].some(isCodeName) : hasFile(folders, prefix + entry);
    if (entry !== '' && hasCode) roots.add(prefix);
  }

  const ownerOf = ownership(roots);
  const documents = new Map<string, RemoteFile[]>();
  const loose: RemoteFile[] = [];
  for (const file of kept) {
    const owner = ownerOf(folderPrefix(file.path));
    if (owner === null) loose.push(file);
    else push(documents, owner, file);
  }
  const found: Discovered[] = [...documents].map(([root, members]) => ({
    path: root.slice(0, -1) || '.',
    root,
    files: members,
  }));
  found.push(...(await looseTasks(loose, folders, watched, read, verdicts)));
  return scope.watch.length === 0
    ? found
    : found.filter((document) => document.files.some((file) => watched(file.path)));
}

type Folders = ReadonlyMap<string, ReadonlyMap<string, RemoteFile>>;

/** Files by folder prefix and name. */
function foldersOf(files: readonly RemoteFile[]): Folders {
  const folders = new Map<string, Map<string, RemoteFile>>();
  for (const file of files) {
    const prefix = folderPrefix(file.path);
    const names = folders.get(prefix) ?? new Map<string, RemoteFile>();
    names.set(baseName(file.path), file);
    folders.set(prefix, names);
  }
  return folders;
}

const hasFile = (folders: Folders, path: string): boolean =>
  folders.get(folderPrefix(path))?.has(baseName(path)) ?? false;

function push(groups: Map<string, RemoteFile[]>, key: string, file: RemoteFile): void {
  const group = groups.get(key);
  if (group) group.push(file);
  else groups.set(key, [file]);
}

/** The outermost of `roots` that a folder lies in, itself included; null: none. */
function ownership(roots: ReadonlySet<string>): (prefix: string) => string | null {
  const known = new Map<string, string | null>();
  const outermost = (prefix: string): string | null => {
    if (roots.has('')) return '';
    for (let to = prefix.indexOf('/'); to >= 0; to = prefix.indexOf('/', to + 1)) {
      const above = prefix.slice(0, to + 1);
      if (roots.has(above)) return above;
    }
    return null;
  };
  return (prefix) => {
    const before = known.get(prefix);
    if (before !== undefined) return before;
    const owner = outermost(prefix);
    known.set(prefix, owner);
    return owner;
  };
}

/** Pairs and scripts among files that are in no task's folder. */
async function looseTasks(
  files: readonly RemoteFile[],
  folders: Folders,
  watched: (path: string) => boolean,
  read: ReadFiles,
  verdicts: Verdicts,
): Promise<Discovered[]> {
  const found: Discovered[] = [];
  const lone: RemoteFile[] = [];
  for (const file of files) {
    const name = baseName(file.path);
    if (!isCodeName(name)) continue;
    const root = folderPrefix(file.path);
    const beside = folders.get(root);
    const isTwin = name.endsWith('.ts') && beside?.has(`${name.slice(0, -3)}.js`);
    const companion = isTwin
      ? undefined
      : companionsOf(name)
          .map((one) => beside?.get(one))
          .find((one) => one !== undefined);
    if (companion) found.push({ path: file.path, root, files: [file, companion] });
    else if (file.mode.startsWith('100') && file.size <= maxPeekBytes && watched(file.path)) lone.push(file);
  }
  const answers = await peek(lone, read, verdicts, (text) => (isScriptTask(text) ? 'script' : ''));
  for (const file of lone)
    if (answers.get(file) !== '') found.push({ path: file.path, root: folderPrefix(file.path), files: [file] });
  return found;
}

/** The content could not be asked now, or does not parse: nothing may be concluded from it, least of all absence. */
const unknown = '?';

function entryOfManifest(text: string): string {
  const reading = readYaml(text);
  if (isFault(reading)) return unknown;
  return (isRecord(reading.value) ? namedEntry(reading.value) : null) ?? '';
}

const batchBytes = 16 * 1024 * 1024;

/** What the content of each file says, `''` being no. Files that cannot be read now have no answer. */
async function peek(
  files: readonly RemoteFile[],
  read: ReadFiles,
  verdicts: Verdicts,
  ask: (text: string) => string,
): Promise<Map<RemoteFile, string>> {
  const answers = new Map<RemoteFile, string>();
  const unread: RemoteFile[] = [];
  for (const file of files) {
    const answer = verdicts.get(file);
    if (answer === undefined) unread.push(file);
    else answers.set(file, answer);
  }
  for (const batch of batches(unread)) {
    const contents = await read(batch);
    for (const file of batch) {
      const bytes = contents.get(file.path);
      if (!bytes) continue;
      const answer = ask(decodeLeniently(bytes));
      verdicts.set(file, answer);
      answers.set(file, answer);
    }
  }
  return answers;
}

function* batches(files: readonly RemoteFile[]): Generator<RemoteFile[]> {
  let batch: RemoteFile[] = [];
  let size = 0;
  for (const file of files) {
    if (batch.length > 0 && size + file.size > batchBytes) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(file);
    size += file.size;
  }
  if (batch.length > 0) yield batch;
}
