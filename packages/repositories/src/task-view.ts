import type { Task, TaskSummary } from '@ratchet/contract/entities/task';
import type { Json } from '@ratchet/contract/json';
import type { TaskRow, TaskVersionRow } from '@ratchet/store/queries/documents';
import type { RepositoryRow } from '@ratchet/store/queries/repositories';
import type { TaskListRow } from '@ratchet/store/queries/tasks';
import type { ShownRepository } from '@ratchet/store/queries/whole-tasks';
import type { StoredTree } from '@ratchet/store/schema/columns';

const time = (date: Date): string => date.toISOString();
const timeOrNull = (date: Date | null): string | null => (date ? date.toISOString() : null);

/** What of a repository is shown with its tasks. */
export const shownRepository = (row: RepositoryRow | null | undefined): ShownRepository | null =>
  row ? { ...row, unreachable: row.unreachableSince !== null } : null;

/** A task as lists show it. `repository` is the row of its repositoryId. */
export function taskSummary(row: TaskListRow, repository: ShownRepository | null): TaskSummary {
  return {
    id: row.id,
    uuid: row.uuid,
    name: row.name,
    label: row.label,
    description: row.description,
    version: row.version,
    sourceType: row.sourceType,
    storageType: row.storageType,
    tags: row.tags,
    revision: row.revision,
    checksum: row.checksum,
    enabled: row.enabled,
    isEditable: row.isEditable,
    syncStatus: row.syncStatus,
    pushStatus: row.pushStatus,
    pushMessage: row.pushMessage,
    needsPush: row.needsPush,
    repositoryInfo: repository
      ? {
          repositoryId: repository.id,
          repositoryName: repository.name,
          repositoryType: repository.repositoryType,
          repositoryPath: row.repositoryPath ?? '',
          branch: repository.branch,
          commit: row.repositoryCommit,
          canPush: repository.isWritable && !repository.unreachable,
          autoPush: repository.pushOnChange || repository.pushPolicy.autoPush,
        }
      : null,
    createdAt: time(row.createdAt),
    updatedAt: time(row.updatedAt),
    lastSyncedAt: timeOrNull(row.lastSyncedAt),
    localModifiedAt: timeOrNull(row.localModifiedAt),
  };
}

export interface TaskExtras {
  readonly repository: ShownRepository | null;
  /** Bytes of each file by digest, as far as sizes are concerned. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly tests: readonly { path: string; text: string }[];
  /** Newest first. */
  readonly versions: readonly string[];
}

/** A task, whole. */
export function taskView(row: TaskRow, extras: TaskExtras): Task {
  return {
    ...taskSummary(row, extras.repository),
    sourceCode: row.sourceCode,
    inputSchema: row.inputSchema as Task['inputSchema'],
    outputSchema: row.outputSchema as Task['outputSchema'],
    metadata: row.metadata as Task['metadata'],
    tests: extras.tests.map(({ path, text }) => ({ path, content: parsed(text) })),
    files: filesView(row.tree, extras.sizes),
    problems: row.problems,
    availableVersions: [...extras.versions],
  };
}

export const filesView = (tree: StoredTree, sizes: ReadonlyMap<string, number>): Task['files'] =>
  Object.entries(tree)
    .map(([path, [digest, mode]]) => ({ path, size: sizes.get(digest) ?? 0, digest, mode }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));

export const versionSummary = (row: TaskVersionRow) => ({
  revision: row.revision,
  version: row.version,
  checksum: row.checksum,
  changeDescription: row.changeDescription,
  changedBy: row.changedBy,
  changeSource: row.changeSource,
  repositoryCommit: row.repositoryCommit,
  createdAt: time(row.createdAt),
});

/** A test file that is not JSON is shown as its text. */
function parsed(text: string): Json {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
  } catch {
    return text;
  }
}
