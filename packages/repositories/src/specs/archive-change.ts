import { RatchetError } from '@ratchet/contract/errors';
import type { SpecRow } from '@ratchet/store/queries/spec-documents';
import { digestOf } from '@ratchet/sync/digest';
import { planArchive } from '@ratchet/sync/kinds/openspec/plan-archive';
import { isRuleFile, projectRules } from '@ratchet/sync/kinds/openspec/project-rules';
import type { FileWrite, RemoteFile } from '@ratchet/sync/remote';
import type { Mode } from '@ratchet/sync-core/tree';
import type { SpecCycle } from './project-cycle.ts';
import type { Edited } from './spec-edit.ts';
import { contentsOf, type SpecFiles } from './spec-files.ts';

export interface ArchiveOptions {
  readonly skipSpecs: boolean;
  /** Even with tasks that are open, or problems that are errors. */
  readonly force: boolean;
  readonly date: Date;
}

const archive = 'openspec/changes/archive/';

/**
 * Where a change goes, and what its specs make of those of the project. Throws STATE_CONFLICT for one that is not done, which
 * `force` lets through, and for specs that do not fit those that they change.
 */
export async function archived(
  { remote, signal }: SpecCycle,
  row: SpecRow,
  files: SpecFiles,
  listed: readonly RemoteFile[],
  { skipSpecs, force, date }: ArchiveOptions,
): Promise<Pick<Edited, 'path' | 'beside'>> {
  if (row.archived) throw refused(`${row.folder} is archived already.`);
  const main = new Map<string, { bytes: Uint8Array; mode: Mode }>();
  const wanted = listed.filter(({ path }) => isRuleFile(path));
  for await (const { file, bytes } of remote.read(wanted, signal)) main.set(file.path, { bytes, mode: file.mode });
  const rules = projectRules(
    listed.map(({ path }) => path),
    new Map([...main].map(([path, { bytes }]) => [path, bytes])),
  );
  const plan = planArchive({
    folder: row.folder,
    files: contentsOf(files),
    specs: rules.specs,
    schemas: rules.schemas,
    archived: new Set(
      listed.flatMap(({ path }) => (path.startsWith(archive) ? [path.slice(archive.length).split('/')[0] ?? ''] : [])),
    ),
    date: localDay(date),
    skipSpecs,
    openTasks: force,
    skipValidation: force,
  });
  const [first] = plan.refusals;
  if (first)
    throw refused(`${first.message}${force ? '' : ' Mend it, or archive with force where that is what you want.'}`, {
      problems: plan.refusals,
    });
  const beside = [...plan.writes].map(([path, bytes]): FileWrite => {
    const now = main.get(path);
    return {
      path,
      before: now ? { digest: digestOf(now.bytes), mode: now.mode } : null,
      after: { bytes, mode: now?.mode ?? '100644' },
    };
  });
  return {
    path: plan.to,
    beside: beside.filter(({ before, after }) => before?.digest !== digestOf(after?.bytes ?? empty)),
  };
}

const empty = new Uint8Array();

/** YYYY-MM-DD, of the place where the server is, as `openspec archive` names folders. */
export const localDay = (date: Date): string =>
  `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;

const refused = (message: string, details: object = {}): RatchetError =>
  new RatchetError('STATE_CONFLICT', message, details);
