import type { HunkChoice } from '@ratchet/contract/entities/conflict';
import { type Issue, RatchetError } from '@ratchet/contract/errors';
import type { Queryable } from '@ratchet/store/database';
import { getBlobs } from '@ratchet/store/queries/blobs';
import type { ConflictRow } from '@ratchet/store/queries/conflicts';
import { digestOf } from '@ratchet/sync/digest';
import type { Kind } from '@ratchet/sync/kind';
import { checkPath } from '@ratchet/sync/paths';
import type { Plan } from '@ratchet/sync/plan';
import { type Entry, sameTree, type Tree } from '@ratchet/sync-core/tree';
import type * as z from 'zod';
import { differingFiles, mergedFile, sidesOf } from './conflict-files.ts';
import { digestsOfSides } from './show-conflicts.ts';
import { filesOf, toStored } from './trees.ts';

export interface Resolve {
  readonly id: string;
  readonly resolution: 'take_local' | 'take_remote' | 'merge' | 'manual';
  readonly files?: Readonly<Record<string, string | null>> | undefined;
  readonly choices?: Readonly<Record<string, Readonly<Record<string, z.output<typeof HunkChoice>>>>> | undefined;
  readonly expectedRevision?: number | undefined;
}

/** What a conflict becomes. */
export interface Decision {
  /** null: it is deleted. */
  readonly tree: Tree | null;
  /** Contents that are not stored yet. */
  readonly blobs: ReadonlyMap<string, Uint8Array>;
}

/** The tree a resolution makes. Throws VALIDATION_FAILED for what it leaves open. */
export async function decideConflict(
  db: Queryable,
  row: ConflictRow,
  request: Pick<Resolve, 'resolution' | 'files' | 'choices'>,
): Promise<Decision> {
  const sides = sidesOf(row);
  const blobs = new Map<string, Uint8Array>();
  if (request.resolution === 'take_local') return { tree: sides.local, blobs };
  if (request.resolution === 'take_remote') return { tree: sides.remote, blobs };
  const given = request.resolution === 'manual' ? (request.files ?? {}) : {};
  for (const path of Object.keys(given)) {
    const wrong = checkPath(path);
    if (wrong) throw invalid([{ path: `files.${path}`, message: wrong }]);
  }
  if (!(sides.local && sides.remote) && Object.keys(given).length === 0)
    throw invalid([
      {
        path: 'resolution',
        message: 'One side deleted it: take_local or take_remote says which side holds, or manual gives its files.',
      },
    ]);
  const contents = await getBlobs(db, digestsOfSides(row));
  const result = new Map<string, Entry>(same(sides.local ?? new Map(), sides.remote ?? new Map()));
  const open: Issue[] = [];
  for (const file of differingFiles(sides)) {
    if (file.path in given) continue;
    const merged = await mergedFile(file, contents, request.choices?.[file.path] ?? {});
    if ('entry' in merged) result.set(file.path, merged.entry);
    else if ('bytes' in merged) {
      const digest = digestOf(merged.bytes);
      blobs.set(digest, merged.bytes);
      result.set(file.path, { digest, mode: merged.mode });
    } else if ('open' in merged) {
      if (request.resolution === 'manual')
        open.push({ path: `files.${file.path}`, message: 'needs its text (null removes the file).' });
      else
        for (const hunk of merged.open)
          open.push({ path: `choices.${file.path}.${hunk}`, message: 'needs local, remote or both.' });
    }
  }
  if (open.length > 0) throw invalid(open);
  for (const [path, text] of Object.entries(given)) {
    result.delete(path);
    if (text === null) continue;
    const bytes = Buffer.from(text, 'utf8');
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    const mode = (sides.local?.get(path) ?? sides.remote?.get(path))?.mode ?? '100644';
    result.set(path, { digest, mode });
  }
  return { tree: result, blobs };
}

/** Typed fields of what was decided; null: it is deleted. Throws VALIDATION_FAILED for what does not read as a document. */
export async function decidedFields<P>(
  db: Queryable,
  kind: Kind<P>,
  path: string,
  { tree, blobs }: Decision,
): Promise<P | null> {
  if (!tree) return null;
  const stored = toStored(tree);
  const kept = await getBlobs(
    db,
    [...tree.values()].map((e) => e.digest),
  );
  const contents = new Map<string, Uint8Array>([...kept, ...blobs]);
  const projected = kind.project(path, filesOf(stored, contents));
  if ('unreadable' in projected) {
    const { path: where, message } = projected.unreadable;
    throw invalid([{ path: `files.${where}`, message }]);
  }
  return projected.fields;
}

/** Whether neither side moved since the conflict was found. */
export function stillStands<P>(plan: Plan<P>, row: ConflictRow): boolean {
  const candidate = plan.candidates.get(row.path);
  const sides = sidesOf(row);
  return (
    candidate !== undefined &&
    equal(candidate.local, sides.local) &&
    equal(candidate.remote, sides.remote) &&
    equal(candidate.base, row.baseTree ? sides.base : null)
  );
}

export const equal = (a: unknown, b: Tree | null): boolean =>
  b === null ? a === null : a instanceof Map && sameTree(a as Tree, b);

const invalid = (issues: readonly Issue[]) =>
  new RatchetError('VALIDATION_FAILED', issues.map((i) => `${i.path}: ${i.message}`).join(' '), [...issues]);

/** Files that both sides hold alike. */
const same = (a: Tree, b: Tree): [string, Entry][] =>
  [...a].filter(([path, entry]) => b.get(path)?.digest === entry.digest && b.get(path)?.mode === entry.mode);
