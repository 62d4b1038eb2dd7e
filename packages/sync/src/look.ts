import { type Entry, type Side, type Tree, unreadable } from '@ratchet/sync-core/tree';
import { ByteStash } from './byte-stash.ts';
import type { Known, KnownDocument } from './cycle-memory.ts';
import { digestOf } from './digest.ts';
import { tokenOf } from './document-token.ts';
import type { Discovered, Kind, Scope } from './kind.ts';
import type { SyncProblem } from './problem.ts';
import { type Earlier, type Listing, markOf, type Remote, type RemoteFile } from './remote.ts';
import type { IndexRow, Replica, Sides } from './replica.ts';
import { type Standing, standingFiles } from './standing-files.ts';

/** A document larger than this is reported and left alone. */
const maxDocumentBytes = 64 * 1024 * 1024;

/** A document that may have changed on a side since both last agreed. */
export interface Candidate<P> {
  readonly path: string;
  readonly index: IndexRow | null;
  readonly base: Tree | null;
  readonly local: Tree | null;
  readonly localIdentity: string | null;
  readonly remote: Side;
  /** Files of the remote document as they were listed. */
  readonly files: readonly RemoteFile[];
  /** The remote document's token; null where it is absent or unreadable. */
  readonly token: string | null;
  /** Typed fields of the remote document, where its content was read. */
  readonly fields: P | null;
}

export interface Look<P> {
  readonly head: string | null;
  /** Names the remote's state for comparison; null: it has no name. */
  readonly mark: string | null;
  /** What may be remembered of it, should all of it be taken over. */
  readonly known: Omit<Known, 'scope'>;
  readonly candidates: ReadonlyMap<string, Candidate<P>>;
  readonly remoteCount: number;
  readonly localCount: number;
  readonly baseCount: number;
  readonly standing: Standing;
  readonly problems: readonly SyncProblem[];
  readonly stash: ByteStash;
}

export interface LookContext<P> {
  readonly remote: Remote;
  readonly replica: Replica<P>;
  readonly kind: Kind<P>;
  readonly scope: Scope;
  readonly earlier?: Earlier | undefined;
  /** What an earlier look found, whatever has become of it. */
  readonly known?: Known | null;
  /**
   * The store says that all of `known` was taken over, and only the remote's changes since are wanted: local sides are
   * looked up for documents alone that differ from it.
   */
  readonly sinceKnown?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Looks at both sides and answers every document that is not certainly unchanged. Contents are read only where the
 * remote token says that they may differ. Writes nothing but contents too large for memory.
 */
export async function look<P>(context: LookContext<P>): Promise<Look<P>> {
  const { remote, replica, kind, scope, signal, known = null } = context;
  const stash = new ByteStash(replica);
  const [listing, whole] = await Promise.all([
    remote.list(signal, context.earlier),
    context.sinceKnown ? null : replica.index(),
  ]);
  const readFew = async (files: readonly RemoteFile[]) => {
    const contents = new Map<string, Uint8Array>();
    for await (const { file, bytes } of remote.read(files, signal)) contents.set(file.path, bytes);
    return contents;
  };
  const discovered = await kind.discover(listing.files, scope, readFew);
  const problems: SyncProblem[] = [...listing.problems];

  const found = new Map<string, KnownDocument>();
  const differing: string[] = [];
  for (const document of discovered) {
    const before = known?.documents.get(document.path);
    const same = before !== undefined && sameFiles(before.document, document);
    if (same && !before.isOpen) found.set(document.path, before);
    else {
      found.set(document.path, { document, token: same ? before.token : tokenOf(document) });
      differing.push(document.path);
    }
  }
  // What is gone may have moved, and counts for the guards: then every document is looked up.
  const isNarrow = whole === null && [...(known?.documents.keys() ?? [])].every((path) => found.has(path));
  const index = whole ?? (await replica.index(isNarrow ? differing : undefined));
  const rows = new Map(index.map((row) => [row.path, row]));
  const suspects: Suspect[] = [];
  for (const path of isNarrow ? differing : found.keys()) {
    const { document, token } = found.get(path) as KnownDocument;
    const row = rows.get(path) ?? null;
    const remoteMoved = row?.base?.token !== token;
    const localMoved = row?.local?.checksum !== row?.base?.checksum;
    if (remoteMoved || localMoved || row?.inConflict) suspects.push({ document, row, token, remoteMoved });
  }
  const sides = await replica.sides(
    [...suspects.map((s) => s.document.path), ...index.map((r) => r.path).filter((p) => !found.has(p))].filter((p) =>
      rows.has(p),
    ),
  );

  const candidates = new Map<string, Candidate<P>>();
  const add = (
    path: string,
    row: IndexRow | null,
    rest: Pick<Candidate<P>, 'remote' | 'files' | 'token' | 'fields'>,
  ) => {
    const side = sides.get(path) ?? nothing;
    candidates.set(path, {
      path,
      index: row,
      base: side.base,
      local: side.local,
      localIdentity: side.identity,
      ...rest,
    });
  };

  const toRead = suspects.filter((s) => s.remoteMoved);
  const blocked = blockedBy(listing.problems, (path) => placesOf(kind, path, sides.get(path)));
  let done = 0;
  for await (const read of readDocuments(context, stash, toRead, blocked)) {
    context.onProgress?.(++done, toRead.length);
    if (read.problem) problems.push(read.problem);
    const { document, row, token } = read.suspect;
    add(
      document.path,
      row,
      read.tree ? { remote: read.tree, files: document.files, token, fields: read.fields } : lost,
    );
  }
  for (const { document, row, token, remoteMoved } of suspects)
    if (!remoteMoved) {
      const remote = sides.get(document.path)?.base ?? null;
      add(document.path, row, { remote, files: document.files, token, fields: null });
    }
  for (const row of index) if (!found.has(row.path)) add(row.path, row, blocked(row.path) ? lost : gone);

  for (const { path, remote } of candidates.values()) {
    const one = remote === unreadable ? found.get(path) : undefined;
    if (one) found.set(path, { ...one, isOpen: true });
  }
  return {
    head: listing.head,
    mark: markOf(listing),
    known: { listing, documents: found, wholeAt: (isNarrow ? known?.wholeAt : null) ?? performance.now() },
    candidates,
    remoteCount: discovered.length,
    localCount: index.filter((r) => r.local).length,
    baseCount: index.filter((r) => r.base).length,
    standing: await standingFiles(context, listing.files, candidates.values()),
    problems,
    stash,
  };
}

interface Suspect {
  readonly document: Discovered;
  readonly row: IndexRow | null;
  readonly token: string;
  readonly remoteMoved: boolean;
}

const sameFiles = (a: Discovered, b: Discovered): boolean =>
  a === b ||
  (a.root === b.root &&
    a.files.length === b.files.length &&
    a.files.every((file, i) => {
      const other = b.files[i] as RemoteFile;
      return file === other || (file.path === other.path && file.token === other.token && file.mode === other.mode);
    }));

const nothing: Sides = { base: null, local: null, identity: null };
const lost = { remote: unreadable, files: [], token: null, fields: null } as const;
const gone = { remote: null, files: [], token: null, fields: null } as const;

/** Where the files of a known document stand on the remote. */
function* placesOf<P>(kind: Kind<P>, path: string, sides: Sides = nothing): Generator<string> {
  for (const tree of [sides.base, sides.local]) {
    if (!tree) continue;
    const root = kind.rootOf(path, tree.keys());
    for (const name of tree.keys()) yield root + name;
  }
}

/**
 * Whether a path that could not be read lies in, at or above a document, or is one of the files it is known to have, which
 * may stand side by side: then the document is unreadable, not absent.
 */
function blockedBy(
  problems: Listing['problems'],
  placesOf: (document: string) => Iterable<string>,
): (path: string) => boolean {
  const paths = problems.filter((p) => p.code === 'unreadable').map((p) => p.path);
  if (paths.length === 0) return () => false;
  const exactly = new Set(paths);
  return (document) =>
    [...placesOf(document)].some((place) => exactly.has(place)) ||
    paths.some(
      (p) =>
        p === document ||
        p === '' ||
        p === '.' ||
        document === '.' ||
        p.startsWith(`${document}/`) ||
        document.startsWith(`${p}/`),
    );
}

interface ReadDocument<P> {
  readonly suspect: Suspect;
  readonly tree: Tree | null;
  readonly fields: P | null;
  readonly problem?: SyncProblem;
}

/** Reads documents as their files come in, keeping in memory only those that are incomplete. */
async function* readDocuments<P>(
  { remote, kind, signal }: LookContext<P>,
  stash: ByteStash,
  suspects: readonly Suspect[],
  blocked: (path: string) => boolean,
): AsyncGenerator<ReadDocument<P>> {
  const owners = new Map<string, { suspect: Suspect; contents: Map<string, Uint8Array> }>();
  const wanted: RemoteFile[] = [];
  for (const suspect of suspects) {
    const { document } = suspect;
    const size = document.files.reduce((sum, f) => sum + f.size, 0);
    if (blocked(document.path)) yield { suspect, tree: null, fields: null };
    else if (size > maxDocumentBytes)
      yield { suspect, tree: null, fields: null, problem: tooLarge(document.path, size) };
    else {
      const owner = { suspect, contents: new Map<string, Uint8Array>() };
      for (const file of document.files) {
        owners.set(file.path, owner);
        wanted.push(file);
      }
    }
  }
  for await (const { file, bytes } of remote.read(wanted, signal)) {
    const owner = owners.get(file.path);
    if (!owner) continue;
    owners.delete(file.path);
    const { document } = owner.suspect;
    owner.contents.set(file.path.slice(document.root.length), bytes);
    if (owner.contents.size < document.files.length) continue;

    const tree = new Map<string, Entry>();
    for (const { path, mode } of document.files) {
      const inner = path.slice(document.root.length);
      const content = owner.contents.get(inner) as Uint8Array;
      const digest = digestOf(content);
      tree.set(inner, { digest, mode });
      await stash.put(digest, content);
    }
    const projected = kind.project(document.path, owner.contents);
    owner.contents = new Map();
    yield 'unreadable' in projected
      ? { suspect: owner.suspect, tree: null, fields: null, problem: projected.unreadable }
      : { suspect: owner.suspect, tree, fields: projected.fields };
  }
  for (const owner of new Set(owners.values()))
    yield { suspect: owner.suspect, tree: null, fields: null, problem: changing(owner.suspect.document.path) };
}

const tooLarge = (path: string, size: number): SyncProblem => ({
  path,
  code: 'too_large',
  message: `The document holds ${size} bytes; the limit is ${maxDocumentBytes}. Ignore its large files or move them elsewhere.`,
  severity: 'error',
});

const changing = (path: string): SyncProblem => ({
  path,
  code: 'changed_while_reading',
  message: 'Its files changed while they were read; the next sync takes it over.',
  severity: 'warning',
});
