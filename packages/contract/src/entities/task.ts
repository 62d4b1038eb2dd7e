import * as z from 'zod';
import { Id, JsonObject, JsonSchema, JsonValue, Time } from '../json.ts';
import { pageOf } from '../paging.ts';

export const SourceType = z.enum(['javascript', 'typescript']).meta({ id: 'SourceType', description: 'Language' });
export type SourceType = z.output<typeof SourceType>;

export const StorageType = z.enum(['folder', 'pair', 'manifest', 'script']).meta({
  id: 'StorageType',
  description:
    'The form a task has on disk: folder with metadata.json, code with YAML beside it, folder with task.yaml, or one script',
});
export type StorageType = z.output<typeof StorageType>;

export const TaskSyncStatus = z
  .enum(['synced', 'modified', 'conflict', 'pending_push'])
  .meta({ id: 'TaskSyncStatus', description: 'Where a task stands against its repository' });
export type TaskSyncStatus = z.output<typeof TaskSyncStatus>;

export const PushStatus = z
  .enum(['not_required', 'pending', 'in_progress', 'completed', 'failed', 'conflict'])
  .meta({ id: 'PushStatus', description: 'What became of the last push of a task' });
export type PushStatus = z.output<typeof PushStatus>;

export const ProblemSeverity = z.enum(['error', 'warning']).meta({ id: 'ProblemSeverity', description: 'Weight' });

/** This path, this time: not a thrown error and not a conflict. */
export const Problem = z
  .object({
    path: z.string().describe('The file, relative to the repository (or to the task, in Task.problems)'),
    code: z.string().describe('What kind of problem'),
    message: z.string().describe('What is wrong and what to do'),
    line: z.int().optional().describe('The line, from 1'),
    severity: ProblemSeverity.default('error').describe('A warning does not stop a run'),
  })
  .meta({ id: 'Problem', description: 'Something wrong with one path' });
export type Problem = z.output<typeof Problem>;

export const TaskFile = z
  .object({
    path: z.string().describe('Path within the task'),
    size: z.int().describe('Bytes'),
    digest: z.string().describe('SHA-256 of the bytes, hexadecimal'),
    mode: z.string().describe('100644, 100755 (executable) or 120000 (symbolic link)'),
  })
  .meta({ id: 'TaskFile', description: 'One file of a task' });

export const RepositoryInfo = z
  .object({
    repositoryId: Id,
    repositoryName: z.string().describe('Its name'),
    repositoryType: z.string().describe('filesystem, git, http or zip'),
    repositoryPath: z.string().describe('The path of the task in it'),
    branch: z.string().nullable().describe('The branch, for git'),
    commit: z.string().nullable().describe('The commit last seen'),
    canPush: z.boolean().describe('Whether the repository takes changes'),
    autoPush: z.boolean().describe('Whether an edit is pushed by itself'),
  })
  .meta({ id: 'RepositoryInfo', description: 'The repository a task lives in' });

const taskSummary = {
  id: Id,
  uuid: z.string().describe('The identity its metadata gives it; versions of one task share it'),
  name: z.string().describe('Unique within its repository'),
  label: z.string().nullable().describe('The name for people'),
  description: z.string().nullable().describe('What it does'),
  version: z.string().describe('Semantic version'),
  sourceType: SourceType,
  storageType: StorageType,
  tags: z.array(z.string()).describe('Tags'),
  revision: z.int().describe('Grows by one with every stored change'),
  checksum: z.string().describe('SHA-256 over the tree'),
  enabled: z.boolean().describe('Whether it may run'),
  isEditable: z.boolean().describe('Whether edits are taken'),
  syncStatus: TaskSyncStatus,
  pushStatus: PushStatus,
  pushMessage: z.string().nullable().describe('What the last push said'),
  needsPush: z.boolean().describe('Whether it differs from what its repository was last seen to hold'),
  repositoryInfo: RepositoryInfo.nullable(),
  createdAt: Time,
  updatedAt: Time,
  lastSyncedAt: Time.nullable(),
  localModifiedAt: Time.nullable(),
};

export const TaskSummary = z
  .object(taskSummary)
  .meta({ id: 'TaskSummary', description: 'A task without its files and code, as lists show it' });
export type TaskSummary = z.output<typeof TaskSummary>;

export const Task = z
  .object({
    ...taskSummary,
    sourceCode: z.string().describe('The code of the entry file'),
    inputSchema: JsonSchema.nullable(),
    outputSchema: JsonSchema.nullable(),
    metadata: JsonObject.describe('Everything its metadata file says'),
    tests: z.array(z.object({ path: z.string(), content: JsonValue })).describe('Its test files'),
    files: z.array(TaskFile).describe('Every file, those Ratchet does not know included'),
    problems: z.array(Problem).describe('What keeps it from running, or should be looked at'),
    availableVersions: z.array(z.string()).describe('The versions that stand side by side, newest first'),
  })
  .meta({ id: 'Task', description: 'A task, whole' });
export type Task = z.output<typeof Task>;

export const TaskPage = pageOf(TaskSummary, 'TaskPage');

export const ChangeSource = z
  .enum(['api', 'sync', 'file', 'import', 'rollback'])
  .meta({ id: 'ChangeSource', description: 'What made a change' });
export type ChangeSource = z.output<typeof ChangeSource>;

const versionSummary = {
  revision: z.int().describe('The revision this version is'),
  version: z.string().describe('Semantic version'),
  checksum: z.string().describe('SHA-256 over the tree'),
  changeDescription: z.string().nullable().describe('What the one who changed it said'),
  changedBy: z.string().describe('Who changed it'),
  changeSource: ChangeSource,
  repositoryCommit: z.string().nullable().describe('The commit it came with'),
  createdAt: Time,
};
export const TaskVersionSummary = z
  .object(versionSummary)
  .meta({ id: 'TaskVersionSummary', description: 'One revision in the history of a task' });

export const TaskVersion = z
  .object({
    ...versionSummary,
    sourceCode: z.string().describe('The code of the entry file'),
    inputSchema: JsonSchema.nullable(),
    outputSchema: JsonSchema.nullable(),
    metadata: JsonObject.describe('Everything its metadata file said'),
    files: z.array(TaskFile).describe('Every file'),
  })
  .meta({ id: 'TaskVersion', description: 'A revision of a task, whole' });

export const FileDiff = z
  .object({
    path: z.string().describe('Path within the task'),
    change: z.enum(['added', 'removed', 'modified']).describe('What happened to it'),
    binary: z.boolean().describe('Whether it is shown as text'),
    diff: z.string().describe('Unified diff; empty for binary files'),
  })
  .meta({ id: 'FileDiff', description: 'How one file differs' });

export const TaskDiff = z
  .object({
    from: z.int().nullable().describe('A revision; null: what the repository holds'),
    to: z.int(),
    files: z.array(FileDiff),
  })
  .meta({ id: 'TaskDiff', description: 'How two revisions differ' });

export const TaskStats = z
  .object({
    total: z.int(),
    enabled: z.int(),
    disabled: z.int(),
    needsPush: z.int(),
    withProblems: z.int(),
    bySyncStatus: z.record(z.string(), z.int()),
    byPushStatus: z.record(z.string(), z.int()),
    byRepository: z.array(z.object({ repositoryId: z.string().nullable(), name: z.string(), count: z.int() })),
  })
  .meta({ id: 'TaskStats', description: 'Counts over all tasks' });

export const ModifiedTask = z
  .object({
    taskId: Id,
    name: z.string(),
    repositoryId: Id,
    repositoryPath: z.string(),
    change: z.enum(['added', 'modified', 'deleted']).describe('What a push would do'),
    localModificationTime: Time.nullable(),
    pushStatus: PushStatus,
    syncStatus: TaskSyncStatus,
    revision: z.int(),
  })
  .meta({ id: 'ModifiedTask', description: 'A task with changes its repository does not have' });
export const ModifiedTaskPage = pageOf(ModifiedTask, 'ModifiedTaskPage');

export const ValidationResult = z
  .object({ valid: z.boolean(), problems: z.array(Problem) })
  .meta({ id: 'ValidationResult', description: 'What is wrong with a task, if anything' });

export const TestResult = z
  .object({
    name: z.string(),
    path: z.string().describe('The test file'),
    status: z
      .enum(['passed', 'failed', 'error', 'skipped'])
      .describe('error: the test itself cannot be used; skipped: an earlier one did not pass'),
    expected: JsonValue.optional(),
    actual: JsonValue.optional(),
    error: z.string().nullable(),
    durationMs: z.number(),
    logs: z
      .array(
        z.object({
          level: z.enum(['debug', 'info', 'warn', 'error']),
          message: z.string(),
          data: JsonValue.optional(),
          time: Time,
        }),
      )
      .optional()
      .describe('With trace: what it logged, at most 200 lines'),
    http: z
      .array(
        z.object({
          method: z.string(),
          url: z.string(),
          status: z.int().nullable().describe('Null: there was no answer'),
          error: z.string().nullable(),
          requestBody: z.string().nullable().describe('Its first 2,000 characters'),
          responseBody: z.string().nullable().describe('Its first 2,000 characters'),
          durationMs: z.number(),
        }),
      )
      .optional()
      .describe('With trace: the requests it made, at most 200'),
  })
  .meta({ id: 'TestResult', description: 'What one test did' });
export const TestReport = z
  .object({ passed: z.int(), failed: z.int(), skipped: z.int().describe('Not run'), results: z.array(TestResult) })
  .meta({ id: 'TestReport', description: 'What the tests of a task did' });
