import { createHash } from 'node:crypto';
import { isStorable, storableText } from '../task/json-value.ts';
import { decode } from '../task/text.ts';
import { type ChangeFiles, designName, proposalName, tasksName, textOf } from './change-files.ts';
import { type ReadProposal, readProposal } from './read-proposal.ts';

export type ChangeField = 'title' | 'why' | 'whatChanges' | 'impact' | 'design' | 'tasks' | 'specs' | 'files';

/** A part of a change that is not alike in the files and the database. Texts are null where there is no such part. */
export interface Difference {
  readonly field: ChangeField;
  readonly base: string | null;
  readonly filesystem: string | null;
  readonly database: string | null;
  /** Both sides changed it, and not alike. */
  readonly conflicting: boolean;
}

/** A change as three places hold it; null: not there. Without a base, what differs conflicts. */
export interface Sides {
  readonly base: ChangeFiles | null;
  readonly filesystem: ChangeFiles | null;
  readonly database: ChangeFiles | null;
}

const fields: readonly ChangeField[] = ['title', 'why', 'whatChanges', 'impact', 'design', 'tasks', 'specs', 'files'];
const names = ['base', 'filesystem', 'database'] as const;

/** A piece that is compared for itself, by its mark; a field is made of several. */
interface Piece {
  readonly mark: string;
  readonly text: string;
}

/**
 * Which parts of a change differ between the files and the database, by content. `specs` and `files` cover what the others
 * do not: other files, and what of proposal.md is no title, Why, What Changes or Impact, be it only its line endings. Their texts
 * are those of the files that differ, each below its path.
 */
export function differences(sides: Sides): Difference[] {
  const pieces = {
    base: piecesOf(sides.base),
    filesystem: piecesOf(sides.filesystem),
    database: piecesOf(sides.database),
  };
  coverProposal(sides, pieces);
  return fields.flatMap((field) => {
    const keys = new Set(names.flatMap((name) => [...(pieces[name].get(field)?.keys() ?? [])]));
    const differing = [...keys]
      .filter((key) => markOf(pieces.filesystem, field, key) !== markOf(pieces.database, field, key))
      .sort();
    if (differing.length === 0) return [];
    const conflicting = differing.some((key) => {
      const base = markOf(pieces.base, field, key);
      return base !== markOf(pieces.filesystem, field, key) && base !== markOf(pieces.database, field, key);
    });
    const textOn = (name: (typeof names)[number]) => joined(differing, pieces[name].get(field));
    return [
      { field, base: textOn('base'), filesystem: textOn('filesystem'), database: textOn('database'), conflicting },
    ];
  });
}

type Pieces = Map<ChangeField, Map<string, Piece>>;

const markOf = (pieces: Pieces, field: ChangeField, key: string): string | null =>
  pieces.get(field)?.get(key)?.mark ?? null;

function joined(keys: readonly string[], pieces: ReadonlyMap<string, Piece> | undefined): string | null {
  const there = keys.flatMap((key) => {
    const piece = pieces?.get(key);
    return piece ? [key === '' ? piece.text : `${key}:\n${piece.text}`] : [];
  });
  return there.length === 0 ? null : there.join('\n');
}

function piecesOf(files: ChangeFiles | null): Pieces {
  const pieces: Pieces = new Map();
  const put = (field: ChangeField, key: string, piece: Piece) => {
    const of = pieces.get(field) ?? new Map<string, Piece>();
    pieces.set(field, of.set(key, piece));
  };
  for (const [path, bytes] of files ?? []) {
    if (path === proposalName) continue;
    const piece = { mark: digestOf(bytes), text: shown(bytes) };
    if (path === tasksName) put('tasks', '', piece);
    else if (path === designName) put('design', '', piece);
    else put(path.startsWith('specs/') ? 'specs' : 'files', path, piece);
  }
  const proposal = proposalOf(files);
  for (const field of ['title', 'why', 'whatChanges', 'impact'] as const) {
    const text = proposal?.[field] ?? null;
    if (text !== null) put(field, '', { mark: text, text });
  }
  return pieces;
}

function proposalOf(files: ChangeFiles | null): ReadProposal | null {
  const text = files && textOf(files, proposalName);
  return text === null ? null : readProposal(storableText(text));
}

/** proposal.md counts as a file by what the other fields leave of it, or, where they leave nothing that differs, by its bytes. */
function coverProposal(sides: Sides, pieces: Record<(typeof names)[number], Pieces>): void {
  const proposalFields = ['title', 'why', 'whatChanges', 'impact'] as const;
  const told = proposalFields.some(
    (field) => markOf(pieces.filesystem, field, '') !== markOf(pieces.database, field, ''),
  );
  for (const name of names) {
    const bytes = sides[name]?.get(proposalName);
    if (bytes === undefined) continue;
    const rest = proposalOf(sides[name])?.rest ?? '';
    const of = pieces[name].get('files') ?? new Map<string, Piece>();
    pieces[name].set('files', of.set(proposalName, { mark: told ? rest : digestOf(bytes), text: shown(bytes) }));
  }
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function shown(bytes: Uint8Array): string {
  const text = decode(bytes)?.text;
  return text !== undefined && isStorable(text) ? text : `${bytes.length} bytes, SHA-256 ${digestOf(bytes)}`;
}
