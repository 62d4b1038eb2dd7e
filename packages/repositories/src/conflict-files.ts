import type { Conflict, ConflictFile, HunkChoice } from '@ratchet/contract/entities/conflict';
import type { ConflictRow } from '@ratchet/store/queries/conflicts';
import type { Hunk } from '@ratchet/sync/merge/merge';
import { applyChoices, mergeFile } from '@ratchet/sync/merge/merge-file';
import { type Entry, type Mode, sameEntry, type Tree } from '@ratchet/sync-core/tree';
import type * as z from 'zod';
import { fromStored } from './trees.ts';

type FileView = z.output<typeof ConflictFile>;
type Choices = Readonly<Record<string, z.output<typeof HunkChoice>>>;

export interface ConflictSides {
  readonly base: Tree;
  readonly local: Tree | null;
  readonly remote: Tree | null;
}

export const sidesOf = (row: ConflictRow): ConflictSides => ({
  base: row.baseTree ? fromStored(row.baseTree) : new Map(),
  local: row.localTree ? fromStored(row.localTree) : null,
  remote: row.remoteTree ? fromStored(row.remoteTree) : null,
});

/** The one hunk of a file whose presence itself is in conflict. */
const wholeFile = 'file';

interface Sides3 {
  readonly path: string;
  readonly base: Entry | undefined;
  readonly local: Entry | undefined;
  readonly remote: Entry | undefined;
}

/** Every file that is not the same on both sides, by path. */
export function differingFiles({ base, local, remote }: ConflictSides): Sides3[] {
  const names = new Set([...base.keys(), ...(local?.keys() ?? []), ...(remote?.keys() ?? [])]);
  return [...names]
    .sort()
    .map((path) => ({ path, base: base.get(path), local: local?.get(path), remote: remote?.get(path) }))
    .filter((file) => !sameEntry(file.local, file.remote));
}

/** One file of a conflict as it is shown, with the suggested merge. */
export async function viewFile(file: Sides3, contents: ReadonlyMap<string, Uint8Array>): Promise<FileView> {
  const bytes = (entry: Entry | undefined) => (entry ? (contents.get(entry.digest) ?? null) : null);
  const text = (entry: Entry | undefined) => textOf(bytes(entry));
  const sides = { path: file.path, base: text(file.base), local: text(file.local), remote: text(file.remote) };
  const plain = (state: FileView['state'], merged: string | null): FileView => ({ ...sides, state, merged, hunks: [] });
  if (sameEntry(file.base, file.remote)) return plain('local_only', sides.local);
  if (sameEntry(file.base, file.local)) return plain('remote_only', sides.remote);
  const [local, remote] = [bytes(file.local), bytes(file.remote)];
  if (!local || !remote) {
    const state = local ? 'remote_deleted' : 'local_deleted';
    return { ...sides, state, merged: null, hunks: [{ id: wholeFile, kind: 'value', pointer: '', ...present(sides) }] };
  }
  const merge = await mergeFile({ path: file.path, base: bytes(file.base), local, remote });
  if (merge.clean) return plain('merged', textOf(merge.bytes));
  return { ...sides, state: 'conflict', merged: textOf(merge.bytes), hunks: merge.hunks.map(hunkView) };
}

const present = ({ base, local, remote }: Pick<FileView, 'base' | 'local' | 'remote'>) => ({
  ...(base === null ? {} : { base }),
  ...(local === null ? {} : { local }),
  ...(remote === null ? {} : { remote }),
});
const hunkView = (hunk: Hunk) => hunk as FileView['hunks'][number];

/** What a file becomes: an entry that exists, new bytes, nothing, or the hunks that still need a choice. */
export type FileResult =
  | { readonly entry: Entry }
  | { readonly bytes: Uint8Array; readonly mode: Mode }
  | { readonly removed: true }
  | { readonly open: readonly string[] };

/** Merges one file with the hunks chosen. */
export async function mergedFile(
  file: Sides3,
  contents: ReadonlyMap<string, Uint8Array>,
  choices: Choices,
): Promise<FileResult> {
  const kept = (entry: Entry | undefined): FileResult => (entry ? { entry } : { removed: true });
  if (sameEntry(file.base, file.remote)) return kept(file.local);
  if (sameEntry(file.base, file.local)) return kept(file.remote);
  if (!file.local || !file.remote) {
    const choice = choices[wholeFile];
    if (choice === undefined) return { open: [wholeFile] };
    return kept(choice === 'local' ? file.local : choice === 'remote' ? file.remote : (file.local ?? file.remote));
  }
  const input = {
    path: file.path,
    base: file.base ? (contents.get(file.base.digest) ?? null) : null,
    local: contents.get(file.local.digest) as Uint8Array,
    remote: contents.get(file.remote.digest) as Uint8Array,
  };
  const mode = file.local.mode === file.base?.mode ? file.remote.mode : file.local.mode;
  const merge = await mergeFile(input);
  if (merge.clean) return { bytes: merge.bytes, mode };
  const chosen = await applyChoices(input, choices);
  return 'missing' in chosen ? { open: chosen.missing } : { bytes: chosen.bytes, mode };
}

/** A conflict as clients see it. */
export async function conflictView(row: ConflictRow, contents: ReadonlyMap<string, Uint8Array>): Promise<Conflict> {
  const sides = sidesOf(row);
  const files = await Promise.all(differingFiles(sides).map((file) => viewFile(file, contents)));
  return {
    id: row.id,
    taskId: row.documentKind === 'task' ? row.documentId : null,
    repositoryId: row.repositoryId,
    repositoryPath: row.path,
    conflictType: row.conflictType,
    files,
    autoResolvable: Boolean(sides.local && sides.remote) && files.every((file) => file.hunks.length === 0),
    status: row.status,
    resolution: row.resolution,
    documentKind: row.documentKind,
    documentId: row.documentId,
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    resolvedBy: row.resolvedBy,
  };
}

/** A file as text; null: it is none. */
export function textOf(bytes: Uint8Array | null): string | null {
  if (!bytes || bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
