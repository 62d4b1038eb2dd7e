import { createHash } from 'node:crypto';
import type { Mode } from '@ratchet/sync-core/tree';
import type { FileWrite, Person, RemoteFile } from '../../remote.ts';
import type { Mirror } from './mirror.ts';

/** Keeps the commit that was prepared last from being cleared away. */
const preparedRef = 'refs/ratchet/prepared';

/** One path that the commit changes, within the endpoint's root. */
export interface Change {
  readonly path: string;
  /** null: it is removed. */
  readonly file: RemoteFile | null;
  readonly bytes: Uint8Array;
}

export interface Commit {
  readonly parent: string | null;
  /** Prefix of every path: `''` or ending in `/`. */
  readonly root: string;
  readonly changes: readonly Change[];
  readonly message: string;
  readonly author: Person;
  readonly committer: Person;
  readonly date: Date;
}

/** The paths that a request really changes: an equal content and mode make no difference to git. */
export function changesOf(
  files: readonly FileWrite[],
  entries: ReadonlyMap<string, RemoteFile>,
  algorithm: 'sha1' | 'sha256',
): readonly Change[] {
  return files.flatMap(({ path, after }): readonly Change[] => {
    const entry = entries.get(path);
    if (!after) return entry ? [{ path, file: null, bytes: new Uint8Array(0) }] : [];
    const { bytes, mode } = after;
    const token = mode === '160000' ? Buffer.from(bytes).toString('latin1') : blobId(bytes, algorithm);
    if (entry?.token === token && entry.mode === mode) return [];
    return [{ path, file: { path, mode, size: bytes.length, token }, bytes }];
  });
}

const blobId = (bytes: Uint8Array, algorithm: 'sha1' | 'sha256'): string =>
  createHash(algorithm).update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

/** Writes a commit into the mirror without a work tree and answers its id. Equal commits have equal ids. */
export async function writeCommit(mirror: Mirror, commit: Commit, signal: AbortSignal | undefined): Promise<string> {
  const output = await mirror.local({
    args: ['fast-import', '--quiet', '--done', '--force', '--date-format=raw'],
    doing: 'writing a commit',
    signal,
    input: importStream(commit),
  });
  const id = output.toString('latin1').trim();
  if (!/^[0-9a-f]{40,64}$/.test(id)) throw mirror.failure('writing a commit', `it answers "${id.slice(0, 100)}"`);
  return id;
}

function* importStream({
  parent,
  root,
  changes,
  message,
  author,
  committer,
  date,
}: Commit): Generator<string | Uint8Array> {
  const marks = new Map<string, number>();
  for (const { file, bytes } of changes) {
    if (!file || file.mode === '160000' || marks.has(file.token)) continue;
    const mark = marks.size + 1;
    marks.set(file.token, mark);
    yield `blob\nmark :${mark}\ndata ${bytes.length}\n`;
    yield bytes;
    yield '\n';
  }
  const commitMark = marks.size + 1;
  const text = Buffer.from(`${message.replaceAll('\0', '').trimEnd()}\n`);
  const seconds = Math.max(0, Math.floor(date.getTime() / 1000));
  yield `commit ${preparedRef}\nmark :${commitMark}\n`;
  yield `author ${person(author)} ${seconds} +0000\ncommitter ${person(committer)} ${seconds} +0000\n`;
  yield `data ${text.length}\n`;
  yield text;
  yield `\n${parent ? `from ${parent}\n` : ''}`;
  // Removals first: a file may take the place of a folder whose files go.
  for (const { path, file } of changes) if (!file) yield `D ${quoted(root + path)}\n`;
  for (const { path, file } of changes)
    if (file) yield `M ${file.mode} ${reference(file, marks)} ${quoted(root + path)}\n`;
  yield `\nget-mark :${commitMark}\ndone\n`;
}

const reference = ({ mode, token }: { mode: Mode; token: string }, marks: ReadonlyMap<string, number>): string =>
  mode === '160000' ? token : `:${marks.get(token)}`;

const quoted = (path: string): string =>
  `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

/** Git takes no angle brackets and line breaks in names, and wants a name. */
function person({ name, email }: Person): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  const plain = (text: string) => text.replace(/[<>\u0000-\u0020\u007f]+/g, ' ').trim();
  const address = plain(email).replaceAll(' ', '');
  return `${plain(name) || address || 'unknown'} <${address}>`;
}
