import { Batch, BatchSummary } from '@ratchet/contract/entities/batch';
import { Conflict } from '@ratchet/contract/entities/conflict';
import { Credential } from '@ratchet/contract/entities/credential';
import { Execution, LogLine } from '@ratchet/contract/entities/execution';
import { Grant } from '@ratchet/contract/entities/grant';
import { Job } from '@ratchet/contract/entities/job';
import { Delivery, OutputDestination } from '@ratchet/contract/entities/output';
import { Repository, RepositoryHealth, SyncRun } from '@ratchet/contract/entities/repository';
import { Schedule } from '@ratchet/contract/entities/schedule';
import { Project, Spec, SpecSync, SpecVersion } from '@ratchet/contract/entities/spec';
import type { PushResult } from '@ratchet/contract/entities/sync';
import { Task, TaskSummary, TaskVersionSummary } from '@ratchet/contract/entities/task';
import { User } from '@ratchet/contract/entities/user';
import { Worker } from '@ratchet/contract/entities/worker';
import { RatchetError } from '@ratchet/contract/errors';
import { Id } from '@ratchet/contract/json';
import type { Operation } from '@ratchet/contract/operation';
import { table } from '@ratchet/contract/operations/table';
import type { FilterClause, Page } from '@ratchet/contract/paging';
import * as z from 'zod';
import { type Ask, call } from './ask.ts';
import { each, many, one } from './loaders.ts';

// biome-ignore lint/suspicious/noExplicitAny: a parent is an answer of the operation that its type is of
type Parent = any;

/** A field that is not an operation's own: a relation between entities, or another view of an operation. */
export interface Extra {
  /** The type it stands in. */
  readonly on: string;
  readonly field: string;
  readonly description: string;
  readonly output: z.ZodType;
  /** The operation it is another view of: it takes the same arguments. */
  readonly of?: Operation;
  /** Further arguments. */
  readonly takes?: Readonly<Record<string, z.ZodType>>;
  /** Calls of operations that one such field may need. */
  readonly cost?: number;
  readonly resolve: (parent: Parent, input: Record<string, unknown>, ask: Ask) => unknown;
}

/** Types that lists show in a shorter form: the same type here, and what the short form lacks is loaded when asked for. */
export const fullForms: Readonly<Record<string, { short: z.ZodObject; full: z.ZodObject; load: Operation }>> = {
  Task: { short: TaskSummary, full: Task, load: table.tasks.get as Operation },
  Batch: { short: BatchSummary, full: Batch, load: table.batches.get as Operation },
};

/** A relation to one: many parents make one call. */
const toOne = (
  on: string,
  field: string,
  [output, list]: readonly [z.ZodType, Operation],
  idOf: (parent: Parent) => unknown,
  description: string,
): Extra => ({
  on,
  field,
  description,
  output: output.nullable(),
  resolve: (parent, _, ask) => one(ask, list, idOf(parent)),
});

const limit = z.int().min(1).max(1000).default(25).describe('Items at most, 1 to 1000; 25 without');
function limitOf(input: Record<string, unknown>): number {
  const { success, data, error } = limit.safeParse(input.limit ?? undefined);
  if (success) return data;
  const issues = error.issues.map(({ message }) => ({ path: 'limit', message }));
  throw new RatchetError('VALIDATION_FAILED', issues.map((issue) => `limit: ${issue.message}`).join(' '), issues);
}

/** A relation to many, by a field that their list can be filtered by. */
const toMany = (
  on: string,
  field: string,
  [output, list]: readonly [z.ZodType, Operation],
  by: string,
  description: string,
): Extra => ({
  on,
  field,
  description,
  // Who may not see this kind of thing at all still sees its parent.
  output: z.array(output).nullable(),
  takes: { limit },
  resolve: (parent, input, ask) => many(ask, list, by, parent.id, limitOf(input)),
});

/** A relation that an operation on its parent answers, a page of it. */
const pageAt = (on: string, field: string, output: z.ZodType, operation: Operation, description: string): Extra => ({
  on,
  field,
  description,
  output: z.array(output).nullable(),
  takes: { limit },
  cost: 2,
  resolve: async (parent, input, ask) =>
    ((await each(ask, operation, { id: parent.id, limit: limitOf(input) })) as Page<unknown>).items,
});

const task = [TaskSummary, table.tasks.list as Operation] as const;
const repository = [Repository, table.repositories.list as Operation] as const;
const execution = [Execution, table.executions.list as Operation] as const;
const job = [Job, table.jobs.list as Operation] as const;
const conflict = [Conflict, table.conflicts.list as Operation] as const;
const project = [Project, table.projects.list as Operation] as const;
const spec = [Spec, table.specs.list as Operation] as const;
const schedule = [Schedule, table.schedules.list as Operation] as const;
const batch = [BatchSummary, table.batches.list as Operation] as const;
const destination = [OutputDestination, table.outputDestinations.list as Operation] as const;
const delivery = [Delivery, table.deliveries.list as Operation] as const;
const credential = [Credential, table.credentials.list as Operation] as const;
const worker = [Worker, table.workers.list as Operation] as const;
const user = [User, table.users.list as Operation] as const;
const grant = [Grant, table.grants.list as Operation] as const;

const ofTask = (on: string): Extra => toOne(on, 'task', task, (at) => at.taskId, 'The task; null where it is gone');
const ofRepository = (on: string): Extra =>
  toOne(on, 'repository', repository, (at) => at.repositoryId, 'The repository; null where there is none');
const ofExecution = (on: string): Extra =>
  toOne(on, 'execution', execution, (at) => at.executionId, 'The execution; null where it is forgotten');
const ofJob = (on: string): Extra => toOne(on, 'job', job, (at) => at.jobId, 'The job; null where there is none');

/** A page of what an operation on a change answers; its id is no key, for two projects may have it. */
const ofSpec = (field: string, output: z.ZodType, operation: Operation, description: string): Extra => ({
  ...pageAt('Spec', field, output, operation, description),
  resolve: async (parent, input, ask) =>
    ((await each(ask, operation, { id: parent.documentId, limit: limitOf(input) })) as Page<unknown>).items,
});

const relations: readonly Extra[] = [
  toOne('Task', 'repository', repository, (at) => at.repositoryInfo?.repositoryId, 'The repository it lives in'),
  toMany('Task', 'executions', execution, 'taskId', 'Its executions, newest first'),
  toMany('Task', 'jobs', job, 'taskId', 'Its jobs, newest first'),
  toMany('Task', 'schedules', schedule, 'taskId', 'What runs it by the clock'),
  toMany('Task', 'conflicts', conflict, 'taskId', 'Its open conflicts'),
  pageAt('Task', 'history', TaskVersionSummary, table.tasks.history as Operation, 'Its revisions, newest first'),
  toOne('Execution', 'node', worker, (at) => at.nodeId, 'The server process it ran on'),
  toMany('Execution', 'deliveries', delivery, 'executionId', 'Where its output went'),
  pageAt('Execution', 'logs', LogLine, table.executions.logs as Operation, 'Its log, from the beginning'),
  toMany('Job', 'executions', execution, 'jobId', 'Its attempts, newest first'),
  toOne('Job', 'lastExecution', execution, (at) => at.lastExecutionId, 'Its latest attempt'),
  toOne('Job', 'batch', batch, (at) => at.batchId, 'The batch it is part of'),
  toOne('Job', 'schedule', schedule, (at) => at.scheduleId, 'The schedule that queued it'),
  toMany('Schedule', 'jobs', job, 'scheduleId', 'The jobs it queued, newest first'),
  toOne('Schedule', 'lastJob', job, (at) => at.lastJobId, 'The job it queued last'),
  toMany('Batch', 'jobs', job, 'batchId', 'Its jobs'),
  {
    ...toMany('Repository', 'tasks', task, 'repositoryId', 'Its tasks, by name'),
    // A task names its repository one level down, where rows cannot be told apart by the field.
    resolve: async (parent, input, ask) =>
      (
        (await each(ask, task[1], {
          filters: [{ field: 'repositoryId', op: 'eq', value: parent.id }],
          limit: limitOf(input),
        })) as Page<unknown>
      ).items,
    cost: 2,
  },
  toMany('Repository', 'conflicts', conflict, 'repositoryId', 'Its open conflicts'),
  pageAt('Repository', 'runs', SyncRun, table.repositories.runs as Operation, 'Its runs, newest first'),
  toOne('Repository', 'credential', credential, (at) => at.credentialId, 'The credential it signs in with'),
  {
    on: 'Repository',
    field: 'health',
    description: 'How well it keeps in step',
    output: RepositoryHealth.nullable(),
    cost: 5,
    resolve: (parent, _, ask) => each(ask, table.repositories.health as Operation, { id: parent.id }),
  },
  toMany('Project', 'specs', spec, 'projectId', 'Its changes, by name'),
  toMany('Project', 'conflicts', conflict, 'repositoryId', 'Its open conflicts'),
  ...['Spec', 'SpecSync', 'SpecSyncEvent'].map((on) =>
    toOne(on, 'project', project, (at) => at.projectId, 'The project; null where it is forgotten'),
  ),
  toOne('Spec', 'conflict', conflict, (at) => at.conflictId, 'The open conflict; null where there is none'),
  ofSpec('versions', SpecVersion, table.specs.versions as Operation, 'Its revisions, newest first'),
  ofSpec(
    'syncHistory',
    SpecSync,
    table.specs.syncHistory as Operation,
    'When something of it was carried, latest first',
  ),
  toOne('Delivery', 'destination', destination, (at) => at.destinationId, 'The output destination'),
  toMany('OutputDestination', 'deliveries', delivery, 'destinationId', 'Its deliveries, newest first'),
  toMany('Worker', 'executions', execution, 'nodeId', 'What ran on it, newest first'),
  toOne('SyncEvent', 'conflict', conflict, (at) => at.conflictId, 'The conflict it is about'),
  toOne('ApiKey', 'user', user, (at) => at.userId, 'Its owner'),
  toOne('Grant', 'user', user, (at) => at.userId, 'Whom it is for'),
  toMany('User', 'grants', grant, 'userId', 'What is granted to them'),
  ...['Execution', 'Job', 'Schedule', 'Conflict', 'ModifiedTask', 'BatchItem', 'StoredResult', 'PushResult'].map(
    ofTask,
  ),
  ...[
    'Conflict',
    'ModifiedTask',
    'SyncRun',
    'PushRequest',
    'PullRequest',
    'PushResult',
    'SyncEvent',
    'Alert',
    'Grant',
  ].map(ofRepository),
  ...['Delivery', 'BatchItem', 'StoredResult'].map(ofExecution),
  ...['Execution', 'BatchItem'].map(ofJob),
];

const PushTaskChanges = z
  .object({
    success: z.boolean().describe('Whether it was pushed'),
    commitHash: z.string().nullable().describe('The commit it was pushed as'),
    pullRequestUrl: z.string().nullable().describe('The pull request it became'),
    errors: z.array(z.string()).describe('Why it was not pushed; empty where it was'),
  })
  .meta({ id: 'PushTaskChangesResult', description: 'What pushing one task did' });

/** Reads that people look for among the mutations, since they set something in motion: there too. */
const alsoMutation = (operation: Operation): Extra => ({
  on: 'Mutation',
  field: operation.graphql,
  description: `${operation.description}. Permission: ${operation.permission}.`,
  output: operation.output.nullable(),
  of: operation,
  resolve: (_, input, ask) => call(ask, operation, input),
});

const views: readonly Extra[] = [
  alsoMutation(table.tasks.validate as Operation),
  alsoMutation(table.repositories.plan as Operation),
  alsoMutation(table.repositories.test as Operation),
  {
    on: 'Query',
    field: 'taskVersions',
    description: 'The semantic versions of a task that stand side by side, newest first',
    output: z.array(z.string()),
    takes: { id: z.string().describe('The id or the uuid of the task') },
    resolve: async (_, input, ask) =>
      ((await call(ask, table.tasks.get as Operation, input)) as z.output<typeof Task>).availableVersions,
  },
  {
    on: 'Query',
    field: 'defaultRepository',
    description: 'The repository that new tasks go to; null where there is none that the caller may see',
    output: Repository.nullable(),
    resolve: async (_, __, ask) => {
      const filters = [{ field: 'isDefault', op: 'eq', value: true }];
      return ((await call(ask, repository[1], { filters, limit: 1 })) as Page<unknown>).items[0] ?? null;
    },
  },
  {
    on: 'Query',
    field: 'taskConflicts',
    description: 'Conflicts of tasks, of one repository or of all; the open ones unless the status is given',
    output: z.array(Conflict).nullable(),
    of: conflict[1],
    takes: { repositoryId: Id.describe('Only of this repository') },
    resolve: async (_, { repositoryId, ...input }, ask) => {
      const filters: Partial<FilterClause>[] = [...((input.filters as FilterClause[] | null) ?? [])];
      filters.push({ field: 'documentKind', op: 'eq', value: 'task' });
      if (repositoryId != null) filters.push({ field: 'repositoryId', op: 'eq', value: repositoryId as string });
      return ((await call(ask, conflict[1], { ...input, filters })) as Page<unknown>).items;
    },
  },
  {
    on: 'Mutation',
    field: 'resolveConflict',
    description: 'Decide a conflict; answers the task as it is then, null where it is gone',
    output: TaskSummary.nullable(),
    of: table.conflicts.resolve as Operation,
    resolve: async (_, input, ask) => {
      const resolved = await call(ask, table.conflicts.resolve as Operation, input);
      return one(ask, task[1], (resolved as z.output<typeof Conflict>).taskId);
    },
  },
  {
    on: 'Mutation',
    field: 'pushTaskChanges',
    description: 'Push one task’s changes to its repository, with its errors as texts',
    output: PushTaskChanges.nullable(),
    of: table.tasks.push as Operation,
    resolve: async (_, input, ask) => {
      const pushed = (await call(ask, table.tasks.push as Operation, input)) as PushResult;
      const { success, commitHash, pullRequestUrl, error } = pushed;
      return { success, commitHash, pullRequestUrl, errors: error ? [error.message] : [] };
    },
  },
  {
    on: 'ModifiedTask',
    field: 'id',
    description: 'The id of the task',
    output: Id,
    resolve: (parent) => parent.taskId,
  },
];

/** The one table of what is not in the table of operations. */
export const extras: readonly Extra[] = [...views, ...relations];
