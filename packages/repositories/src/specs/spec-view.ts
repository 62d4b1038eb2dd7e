import type { Spec, SpecSync, SpecVersion } from '@ratchet/contract/entities/spec';
import type { Queryable } from '@ratchet/store/database';
import { blobSizes, getBlobs } from '@ratchet/store/queries/blobs';
import type { SpecRow, SpecSyncRow, SpecVersionRow } from '@ratchet/store/queries/spec-documents';
import { openSpecConflicts, type ProjectStanding, placeKey, projectNames } from '@ratchet/store/queries/specs';
import { filesView } from '../task-view.ts';
import { digestsIn } from '../trees.ts';

const timeOrNull = (date: Date | null): string | null => (date ? date.toISOString() : null);

/** Changes as clients see them, in the order given. */
export async function showSpecs(db: Queryable, rows: readonly SpecRow[]): Promise<Spec[]> {
  if (rows.length === 0) return [];
  const projects = await projectNames(
    db,
    rows.map((row) => row.repositoryId),
  );
  const conflicts = await openSpecConflicts(db, rows);
  const sizes = await blobSizes(
    db,
    rows.flatMap((row) => digestsIn(row.tree)),
  );
  return rows.map((row) =>
    specView(row, projects.get(row.repositoryId) ?? null, conflicts.get(placeKey(row)) ?? null, sizes),
  );
}

export const specIdOf = (project: string, folder: string): string => `${project}/${folder}`;

function specView(
  row: SpecRow,
  project: ProjectStanding | null,
  conflictId: string | null,
  sizes: ReadonlyMap<string, number>,
): Spec {
  const projectName = project?.name ?? '';
  const lastSeen = project?.syncError ? null : (project?.lastSyncAt ?? null);
  // A look at the project that found nothing to do was a sync of each of its changes.
  const lastSynced =
    row.syncStatus === 'synced' && lastSeen && (!row.lastSyncedAt || lastSeen > row.lastSyncedAt)
      ? lastSeen
      : row.lastSyncedAt;
  const syncError = row.syncError ?? project?.syncError ?? null;
  return {
    id: row.folder,
    specId: specIdOf(projectName, row.folder),
    documentId: row.id,
    projectId: row.repositoryId,
    projectName,
    title: row.title,
    status: row.status,
    archived: row.archived,
    archivedOn: row.archivedOn,
    why: row.why,
    whatChanges: row.whatChanges,
    impact: row.impact,
    capabilities: row.capabilities,
    proposalContent: row.proposalContent,
    tasksContent: row.tasksContent,
    designContent: row.designContent,
    designSections: row.designSections,
    tasks: row.tasks,
    taskCounts: { total: row.tasks.length, done: row.tasks.filter((task) => task.done).length },
    deltas: row.deltas,
    files: filesView(row.tree, sizes),
    problems: row.problems,
    syncStatus: conflictId ? 'conflict' : row.syncStatus,
    syncError,
    conflictId,
    lastSyncedAt: timeOrNull(lastSynced),
    filesystemModifiedAt: timeOrNull(row.filesystemModifiedAt),
    dbModifiedAt: timeOrNull(row.localModifiedAt),
    revision: row.revision,
    checksum: row.checksum,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** Revisions with their texts, in the order given. */
export async function showVersions(db: Queryable, rows: readonly SpecVersionRow[]): Promise<SpecVersion[]> {
  const texts = ['proposal.md', 'tasks.md', 'design.md'] as const;
  const contents = await getBlobs(
    db,
    rows.flatMap(({ tree }) => texts.flatMap((name) => tree[name]?.[0] ?? [])),
  );
  const sizes = await blobSizes(
    db,
    rows.flatMap((row) => digestsIn(row.tree)),
  );
  const textOf = ({ tree }: SpecVersionRow, name: (typeof texts)[number]): string | null => {
    const bytes = contents.get(tree[name]?.[0] ?? '');
    return bytes ? Buffer.from(bytes).toString('utf8') : null;
  };
  return rows.map((row) => ({
    revision: row.revision,
    checksum: row.checksum,
    changeDescription: row.changeDescription,
    changedBy: row.changedBy,
    changeSource: row.changeSource,
    deleted: row.deleted,
    proposalContent: textOf(row, 'proposal.md'),
    tasksContent: textOf(row, 'tasks.md'),
    designContent: textOf(row, 'design.md'),
    files: filesView(row.tree, sizes),
    createdAt: row.createdAt.toISOString(),
  }));
}

export const syncView = (row: SpecSyncRow, specId: string): SpecSync => ({
  id: row.id,
  specId,
  projectId: row.repositoryId,
  direction: row.direction,
  trigger: row.trigger,
  status: row.status,
  filesChanged: row.filesChanged,
  error: row.error,
  startedBy: row.startedBy,
  startedAt: row.startedAt.toISOString(),
  durationMs: row.durationMs,
});
