import type { TaskRow } from '@ratchet/store/queries/documents';
import { storableText } from '@ratchet/store/rows';
import type { StoredProblem } from '@ratchet/store/schema/columns';
import { checksumOf } from '@ratchet/sync/digest';
import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import type { Tree } from '@ratchet/sync-core/tree';
import { derivedUuid } from './derived-uuid.ts';
import { toStored } from './trees.ts';

type Projection = Pick<
  TaskRow,
  | 'name'
  | 'label'
  | 'description'
  | 'version'
  | 'tags'
  | 'metadata'
  | 'inputSchema'
  | 'outputSchema'
  | 'sourceCode'
  | 'sourceType'
  | 'storageType'
  | 'entry'
  | 'problems'
  | 'tree'
  | 'checksum'
>;

/** The typed columns of a task: a projection of its tree, and nothing else may write them. */
export function projection(fields: TaskFields, tree: Tree): Projection {
  return {
    name: storableText(fields.name),
    label: fields.label === null ? null : storableText(fields.label),
    description: fields.description === null ? null : storableText(fields.description),
    version: storableText(fields.version),
    tags: fields.tags.map(storableText),
    metadata: fields.metadata,
    inputSchema: fields.inputSchema,
    outputSchema: fields.outputSchema,
    sourceCode: storableText(fields.sourceCode),
    sourceType: fields.sourceType,
    storageType: fields.form,
    entry: fields.entry,
    problems: fields.problems as StoredProblem[],
    tree: toStored(tree),
    checksum: checksumOf(tree),
  };
}

/** The identity of a task: what its metadata says, else what it had, else one derived from its place. */
export const identityOf = (fields: TaskFields, had: string | null, repositoryId: string, path: string): string =>
  fields.uuid ?? had ?? derivedUuid(repositoryId, path);

/** Where a task stands against its base, given both checksums; null: no base. */
export function standing(checksum: string, base: string | null): Pick<TaskRow, 'syncStatus' | 'needsPush'> {
  const same = checksum === base;
  return { syncStatus: same ? 'synced' : 'modified', needsPush: !same };
}
