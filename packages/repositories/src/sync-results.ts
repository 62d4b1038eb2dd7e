import type { Conflict } from '@ratchet/contract/entities/conflict';
import type { PushResult, SyncProblem, SyncResult } from '@ratchet/contract/entities/sync';
import type { TaskRow } from '@ratchet/store/queries/documents';
import type { SyncRunRow } from '@ratchet/store/queries/sync-runs';
import type { SyncReport } from '@ratchet/sync/cycle';
import type { PushOutcome } from '@ratchet/sync/push-targets';

/** What came of a sync, in figures and in words. */
export function syncResult(
  report: SyncReport,
  runId: string,
  repositoryId: string,
  conflicts: Conflict[],
  problems: SyncProblem[],
  pendingPush: number,
  durationMs: number,
): SyncResult {
  const counts = {
    tasksAdded: report.added.length,
    tasksUpdated: report.updated.length,
    tasksDeleted: report.deleted.length,
    tasksMerged: report.merged.length,
    tasksDetached: report.detached.length,
  };
  const said = [
    ...Object.entries(counts).flatMap(([key, n]) => (n > 0 ? [`${n} ${key.slice(5).toLowerCase()}`] : [])),
    ...(conflicts.length > 0 ? [`${conflicts.length} in conflict`] : []),
    ...(problems.length > 0 ? [`${problems.length} problems`] : []),
    ...(pendingPush > 0 ? [`${pendingPush} to push`] : []),
  ];
  const message = said.length > 0 ? `${said.join(', ')}.` : 'Nothing changed.';
  return { runId, repositoryId, ...counts, pendingPush, conflicts, problems, head: report.head, durationMs, message };
}

/** The end of a sync, for the record. */
export const runEnd = (result: SyncResult): Partial<SyncRunRow> => ({
  status: result.conflicts.length > 0 ? 'conflict' : 'success',
  tasksAdded: result.tasksAdded,
  tasksUpdated: result.tasksUpdated,
  tasksDeleted: result.tasksDeleted,
  tasksMerged: result.tasksMerged,
  conflicts: result.conflicts.length,
  problems: result.problems.map(({ path, code, message }) => ({ path, code, message })),
  head: result.head,
});

/** What became of a task in a push; one in step already is a success without a commit. */
export const resultFor = (task: TaskRow, repositoryId: string, results: readonly PushResult[]): PushResult =>
  results.find((result) => result.repositoryPath === task.repositoryPath) ?? {
    taskId: task.id,
    repositoryId,
    repositoryPath: task.repositoryPath ?? '',
    success: true,
    commitHash: task.repositoryCommit,
    pullRequestUrl: null,
    error: null,
  };

/** What became of each document of a push. */
export const pushResults = (outcomes: readonly PushOutcome[], repositoryId: string, url: string | null): PushResult[] =>
  outcomes.map(({ path, id, commit, error }) => ({
    taskId: id,
    repositoryId,
    repositoryPath: path,
    success: error === null,
    commitHash: commit,
    pullRequestUrl: url,
    error,
  }));

/** The end of a push, for the record. */
export function pushEnd(outcomes: readonly PushOutcome[], head: string | null): Partial<SyncRunRow> {
  const failed = outcomes.filter((outcome) => outcome.error);
  const conflicts = failed.filter((outcome) => outcome.error?.code === 'SYNC_CONFLICT').length;
  return {
    status: conflicts > 0 ? 'conflict' : failed.length > 0 ? 'error' : 'success',
    tasksUpdated: outcomes.length - failed.length,
    conflicts,
    problems: failed.map(({ path, error }) => ({ path, code: error?.code ?? '', message: error?.message ?? '' })),
    head,
  };
}
