import type { SpecConflicts } from '@ratchet/contract/entities/spec';
import type { Queryable } from '@ratchet/store/database';
import { getBlobs } from '@ratchet/store/queries/blobs';
import type { StoredTree } from '@ratchet/store/schema/columns';
import type { Kind } from '@ratchet/sync/kind';
import type { OpenSpecFields } from '@ratchet/sync/kinds/openspec/fields';
import type * as z from 'zod';
import { digestsIn, filesOf } from '../trees.ts';

export type Difference = z.output<typeof SpecConflicts>['differences'][number];
type Field = Difference['field'];

/** The three sides of a change; null: it is not there. */
export interface SpecSides {
  readonly base: StoredTree | null;
  readonly filesystem: StoredTree | null;
  readonly database: StoredTree | null;
}

type Contents = ReadonlyMap<string, Uint8Array>;

/** Which parts of a change differ between its files and the database, by content. `extra`: contents not stored yet. */
export async function specDifferences(
  db: Queryable,
  kind: Kind<OpenSpecFields>,
  path: string,
  sides: SpecSides,
  extra: Contents = new Map(),
): Promise<Difference[]> {
  const kept = await getBlobs(
    db,
    [sides.base, sides.filesystem, sides.database].flatMap((tree) => (tree ? digestsIn(tree) : [])),
  );
  const contents = new Map([...kept, ...extra]);
  const partsOf = (tree: StoredTree | null) => (tree ? parts(kind, path, tree, contents) : null);
  const [base, filesystem, database] = [partsOf(sides.base), partsOf(sides.filesystem), partsOf(sides.database)];
  const found = order.flatMap((field): Difference[] => {
    const at = (side: Parts | null) => side?.[field] ?? null;
    if (at(filesystem) === at(database)) return [];
    const conflicting = at(base) !== at(filesystem) && at(base) !== at(database);
    return [{ field, base: at(base), filesystem: at(filesystem), database: at(database), conflicting }];
  });
  // What no other part tells of is told of as files, and only then.
  const others = found.filter(({ field }) => field !== 'files');
  return onlyProposal(filesystem, database) && others.length > 0 ? others : found;
}

type Parts = Readonly<Record<Field, string | null>> & { readonly rest: string };
const order: readonly Field[] = ['title', 'why', 'whatChanges', 'impact', 'design', 'tasks', 'specs', 'files'];

function parts(kind: Kind<OpenSpecFields>, path: string, tree: StoredTree, contents: Contents): Parts {
  const files = filesOf(tree, contents);
  const projected = kind.project(path, files);
  const fields = 'fields' in projected ? projected.fields : null;
  const names = Object.keys(tree).sort();
  const specs = names.filter((name) => name.startsWith('specs/'));
  const named = new Set(['proposal.md', 'tasks.md', 'design.md', ...specs]);
  const listed = (some: readonly string[]) =>
    some.length === 0 ? null : some.map((name) => `${name} ${tree[name]?.join(' ')}`).join('\n');
  const text = (name: string) => {
    const bytes = files.get(name);
    return bytes ? Buffer.from(bytes).toString('utf8') : null;
  };
  const rest = listed(names.filter((name) => !named.has(name)));
  return {
    title: fields?.title ?? null,
    why: fields?.why ?? null,
    whatChanges: fields?.whatChanges ?? null,
    impact: fields?.impact ?? null,
    design: text('design.md'),
    tasks: text('tasks.md'),
    specs: specs.length === 0 ? null : specs.map((name) => `${name}\n${text(name)}`).join('\n'),
    files: listed(names.filter((name) => !named.has(name) || name === 'proposal.md')),
    rest: rest ?? '',
  };
}

/** Whether the files differ in nothing but the proposal, whose parts are told of one by one. */
const onlyProposal = (a: Parts | null, b: Parts | null): boolean => a !== null && b !== null && a.rest === b.rest;
