import { fullRights, mayAtRepository, type Rights } from '@ratchet/contract/access';
import type { SpecSyncResult } from '@ratchet/contract/entities/spec';
import { RatchetError } from '@ratchet/contract/errors';
import { newId } from '@ratchet/store/id';
import { openConflictsOf } from '@ratchet/store/queries/conflicts';
import { enabledRepositories, type RepositoryRow } from '@ratchet/store/queries/repositories';
import { insertSpecSyncs, markSpecError } from '@ratchet/store/queries/spec-documents';
import { countUnwritten, specById } from '@ratchet/store/queries/specs';
import { closeAbandonedRuns } from '@ratchet/store/queries/sync-runs';
import { type Force, planCycle, pull, pullOnce, recoverPushes, type SyncReport } from '@ratchet/sync/cycle';
import type { OpenSpecFields } from '@ratchet/sync/kinds/openspec/fields';
import { type PushReport, push } from '@ratchet/sync/push';
import type { PushedDocument, PushOutcome } from '@ratchet/sync/push-targets';
import type * as z from 'zod';
import { actorName } from '../context.ts';
import type { SyncOptions } from '../sync-options.ts';
import type { ProjectCycles, SpecCycle } from './project-cycle.ts';
import { onProjectRecord, type Recorded } from './project-record.ts';
import { specDifferences } from './spec-differences.ts';
import { specIdOf } from './spec-view.ts';
import type { SpecsContext } from './specs-context.ts';

type Result = z.output<typeof SpecSyncResult>;

export interface SpecSyncOptions extends SyncOptions {
  /** Only the change of this document. */
  readonly documentId?: string | undefined;
  /** The side that wins, conflicts included. */
  readonly direction?: 'fs_to_db' | 'db_to_fs' | undefined;
}

export type SpecSyncs = ReturnType<typeof specSyncs>;

/** What a cycle did, of either direction. */
interface Done {
  readonly report: Pick<SyncReport, 'added' | 'updated' | 'deleted' | 'merged' | 'problems' | 'stale' | 'unchanged'>;
  readonly outcomes: readonly PushOutcome[];
  /** The documents that were looked at; null: all. */
  readonly only: ReadonlySet<string> | null;
}

/** Sync of projects with their files: both ways, or by a side that is to win. */
export function specSyncs(context: SpecsContext, cycles: ProjectCycles) {
  const { database, now } = context;
  const { db } = database;

  async function syncProject(project: RepositoryRow, options: SpecSyncOptions): Promise<Result> {
    const started = performance.now();
    const force = forceOf(options);
    if (options.direction === 'db_to_fs') requireWritable(project);
    return onProjectRecord(context, project, options, (runId) =>
      cycles.inCycle(project, { ...options, runId }, async ({ cycle }): Promise<Recorded<Result>> => {
        const done = await carry(cycle, project, options, force);
        if (!done.report.unchanged) await closeAbandonedRuns(db, project.id, runId);
        await noteFailures(project, options, done.outcomes);
        const result = await resultOf(project, done, performance.now() - started);
        const carried = result.specsAdded + result.specsUpdated + result.specsDeleted + result.specsMerged;
        const unchanged = carried + result.specsWritten === 0 && done.outcomes.every(({ error }) => !error);
        return { result, end: runEnd(result), unchanged };
      }),
    );
  }

  async function carry(
    cycle: SpecCycle,
    project: RepositoryRow,
    options: SpecSyncOptions,
    force: Force | undefined,
  ): Promise<Done> {
    const { direction, documentId } = options;
    const sided: SpecCycle = direction ? { ...cycle, wins: direction === 'fs_to_db' ? 'remote' : 'local' } : cycle;
    const only = documentId === undefined ? null : await placesOf(sided, documentId);
    const writes = project.isWritable && direction !== 'fs_to_db';
    if (force || only || direction) {
      await recoverPushes(sided);
      const wanted = only ? { only } : {};
      if (!writes) {
        const { plan, report } = await pullOnce(sided, force, wanted);
        return { report: { ...report, unchanged: false, problems: plan.problems }, outcomes: [], only };
      }
      const { local, problems, outcomes } = await writeFiles(sided, options, only, force);
      return { report: { ...local, unchanged: false, problems }, outcomes, only };
    }
    const report = await pull(sided);
    const behind = writes && (await countUnwritten(db, project.id)) > 0;
    return { report, outcomes: behind ? (await writeFiles(sided, options, null)).outcomes : [], only };
  }

  /** Where a change is now, and where its folder was moved to. */
  async function placesOf(cycle: SpecCycle, documentId: string): Promise<ReadonlySet<string>> {
    const row = await specById(db, documentId);
    if (!row) return new Set();
    const { moves } = await planCycle(cycle);
    const moved = moves.filter(({ from }) => from === row.repositoryPath).map(({ to }) => to);
    return new Set([row.repositoryPath, ...moved]);
  }

  /** Carries what the database has to the files. */
  const writeFiles = (
    cycle: SpecCycle,
    options: SpecSyncOptions,
    only: ReadonlySet<string> | null,
    force?: Force,
  ): Promise<PushReport> =>
    push<OpenSpecFields>(cycle, {
      ...(only ? { only } : {}),
      ...(force ? { force } : {}),
      // A change may be as wrong as its author likes: it goes to its files all the same.
      broken: true,
      author: { name: actorName(options.actor), email: '' },
      message: (documents: readonly PushedDocument<OpenSpecFields>[]) => `${documents.length} changes`,
      batchSize: 50,
      now,
      pause: (tries) => new Promise((resolve) => setTimeout(resolve, 2 ** tries * 25 * (0.5 + Math.random()))),
    });

  /** What could not be written is said at the change, and in its history. */
  async function noteFailures(project: RepositoryRow, options: SpecSyncOptions, outcomes: readonly PushOutcome[]) {
    for (const { path, error } of outcomes) {
      if (!error || error.code === 'SYNC_CONFLICT') continue;
      const row = await markSpecError(db, project.id, path, error.message);
      if (!row) continue;
      await insertSpecSyncs(db, [
        {
          id: newId(),
          repositoryId: project.id,
          specId: row.id,
          repositoryPath: path,
          direction: 'db_to_fs',
          trigger: options.trigger === 'webhook' ? 'manual' : options.trigger,
          status: 'error',
          filesChanged: [],
          error: error.message,
          startedBy: actorName(options.actor),
          startedAt: now(),
          durationMs: 0,
        },
      ]);
    }
  }

  async function resultOf(
    project: RepositoryRow,
    { report, outcomes, only }: Done,
    durationMs: number,
  ): Promise<Result> {
    const specId = (path: string) => specIdOf(project.name, path.slice(path.lastIndexOf('/') + 1));
    const open = report.unchanged ? [] : await openConflictsOf(db, project.id);
    const conflicts = await Promise.all(
      open
        .filter(({ path }) => !only || only.has(path))
        .map(async (row) => {
          const { baseTree, remoteTree, localTree } = row;
          const sides = { base: baseTree ?? null, filesystem: remoteTree ?? null, database: localTree ?? null };
          const differences = await specDifferences(db, sides);
          const fields = differences.filter(({ conflicting }) => conflicting).map(({ field }) => field);
          return { specId: specId(row.path), conflictId: row.id, fields };
        }),
    );
    const failed = outcomes.flatMap(({ path, error }) =>
      error && error.code !== 'SYNC_CONFLICT'
        ? [
            {
              path,
              code: error.code.toLowerCase(),
              message: error.message,
              severity: 'error' as const,
              specId: specId(path),
            },
          ]
        : [],
    );
    const problems = [...report.problems.map((problem) => ({ ...problem, specId: null })), ...failed];
    const counts = {
      specsAdded: report.added.length,
      specsUpdated: report.updated.length,
      specsDeleted: report.deleted.length,
      specsMerged: report.merged.length,
      specsWritten: outcomes.filter(({ error }) => !error).length,
    };
    return {
      projects: 1,
      ...counts,
      conflicts,
      problems,
      failures: [],
      durationMs,
      message: said(counts, conflicts.length, problems.length),
    };
  }

  return {
    syncProject,

    /** What starts by itself is about one project, by its id. */
    async sync(id: string, options: SpecSyncOptions): Promise<Result> {
      return syncProject(await cycles.load(id), options);
    },

    /** Every project that the caller may sync, a few at a time; one that fails hinders no other. */
    async syncAll(options: SpecSyncOptions, rights: Rights = fullRights): Promise<Result> {
      const started = performance.now();
      const left = (await enabledRepositories(db, 'openspec_change')).filter(({ id }) =>
        mayAtRepository(rights, 'sync', id),
      );
      const results: Result[] = [];
      const failures: Result['failures'] = [];
      const next = async (): Promise<void> => {
        for (let project = left.shift(); project; project = left.shift())
          try {
            results.push(await syncProject(project, options));
          } catch (error) {
            if (!(error instanceof RatchetError)) throw error;
            failures.push({ projectId: project.id, code: error.code, message: error.message });
          }
      };
      await Promise.all(Array.from({ length: 4 }, next));
      return together(results, failures, performance.now() - started);
    },
  };
}

function forceOf({ force, planId }: SpecSyncOptions): Force | undefined {
  if (!force) return undefined;
  if (!planId)
    throw new RatchetError('VALIDATION_FAILED', 'To let a plan through, send its planId with force.', [
      { path: 'planId', message: 'is needed with force' },
    ]);
  return { planId };
}

export function requireWritable(project: RepositoryRow): void {
  if (project.isWritable) return;
  throw new RatchetError(
    'REPOSITORY_READ_ONLY',
    `Project ${project.name} is read-only: make it writable to change its files.`,
  );
}

type Counts = Pick<Result, 'specsAdded' | 'specsUpdated' | 'specsDeleted' | 'specsMerged' | 'specsWritten'>;

function said(counts: Counts, conflicts: number, problems: number): string {
  const parts = [
    ...Object.entries(counts).flatMap(([key, n]) => (n > 0 ? [`${n} ${key.slice(5).toLowerCase()}`] : [])),
    ...(conflicts > 0 ? [`${conflicts} in conflict`] : []),
    ...(problems > 0 ? [`${problems} problems`] : []),
  ];
  return parts.length > 0 ? `${parts.join(', ')}.` : 'Nothing changed.';
}

function together(results: readonly Result[], failures: Result['failures'], durationMs: number): Result {
  const sum = (key: keyof Counts) => results.reduce((total, one) => total + one[key], 0);
  const counts = {
    specsAdded: sum('specsAdded'),
    specsUpdated: sum('specsUpdated'),
    specsDeleted: sum('specsDeleted'),
    specsMerged: sum('specsMerged'),
    specsWritten: sum('specsWritten'),
  };
  const conflicts = results.flatMap((one) => one.conflicts);
  const problems = results.flatMap((one) => one.problems);
  const failed = failures.length > 0 ? ` ${failures.length} projects could not be synced.` : '';
  const message = `${said(counts, conflicts.length, problems.length)}${failed}`;
  return { projects: results.length + failures.length, ...counts, conflicts, problems, failures, durationMs, message };
}

const runEnd = (result: Result) => ({
  status: result.conflicts.length > 0 ? ('conflict' as const) : ('success' as const),
  tasksAdded: result.specsAdded,
  tasksUpdated: result.specsUpdated + result.specsWritten,
  tasksDeleted: result.specsDeleted,
  tasksMerged: result.specsMerged,
  conflicts: result.conflicts.length,
  problems: result.problems.map(({ path, code, message }) => ({ path, code, message })),
});
