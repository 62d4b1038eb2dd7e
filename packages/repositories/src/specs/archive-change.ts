import { RatchetError } from '@ratchet/contract/errors';
import type { Queryable } from '@ratchet/store/database';
import type { SpecRow } from '@ratchet/store/queries/spec-documents';
import { specAt } from '@ratchet/store/queries/specs';
import { changePath } from '@ratchet/sync/kinds/openspec/place';
import { validateChange } from '@ratchet/sync/kinds/openspec/validate-change';
import type { Edited } from './spec-edit.ts';
import { contentsOf, type SpecFiles } from './spec-files.ts';

export interface ArchiveOptions {
  readonly skipSpecs: boolean;
  readonly force: boolean;
  /** The day of it is part of the folder's name, in UTC. */
  readonly date: Date;
}

/** Where a change goes in the archive. Throws STATE_CONFLICT for one that is not done, which `force` lets through. */
export async function archived(
  db: Queryable,
  row: SpecRow,
  files: SpecFiles,
  { skipSpecs, force, date }: ArchiveOptions,
): Promise<Pick<Edited, 'path' | 'beside'>> {
  const refuse = (message: string, details: object = {}) => new RatchetError('STATE_CONFLICT', message, details);
  if (row.archived) throw refuse(`${row.folder} is archived already.`);
  const open = row.tasks.filter(({ done }) => !done).length;
  if (open > 0 && !force)
    throw refuse(`${open} of its ${row.tasks.length} tasks are open. Do them first, or archive with force.`, { open });
  const { valid, problems } = validateChange(contentsOf(files));
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (!valid && !force)
    throw refuse(`It has problems that are errors: ${errors[0]?.message} Mend them first, or archive with force.`, {
      problems: errors,
    });
  if (row.deltas.length > 0 && !skipSpecs)
    throw refuse(
      'Its specs cannot be merged into the project’s here. Archive it with skipSpecs, or with `openspec archive`.',
    );
  const path = changePath(`${date.toISOString().slice(0, 10)}-${row.folder}`, true);
  if (await specAt(db, row.repositoryId, path))
    throw refuse(`The archive has a change of this name and day already: ${path}. Rename one of them first.`);
  return { path };
}
