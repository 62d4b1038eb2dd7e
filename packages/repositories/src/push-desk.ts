import type { Rights } from '@ratchet/contract/access';
import type { Actor } from '@ratchet/contract/dispatcher';
import type { PullRequest, PushRequest } from '@ratchet/contract/entities/push';
import type { PushResult } from '@ratchet/contract/entities/sync';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import type { Queryable } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import { markPushesAt, modifiedTasks, pushStandings } from '@ratchet/store/queries/pending-pushes';
import { type PullRequestRow, pageOfPullRequests } from '@ratchet/store/queries/pull-requests';
import {
  awaitingPushRequests,
  decidePushRequest,
  insertPushRequest,
  type PushRequestRow,
  pageOfPushRequests,
  pushRequestById,
  reopenPushRequest,
} from '@ratchet/store/queries/push-requests';
import { type RepositoryRow, taskRepositoryById } from '@ratchet/store/queries/repositories';
import { actorName, type RepositoriesContext } from './context.ts';

const awaiting = {
  code: 'AWAITING_APPROVAL',
  message: 'It waits for approval: someone who manages the repository approves or rejects the request.',
} as const;

/**
 * Puts a push before someone who approves it, instead of carrying it out. What is asked for already is not asked for
 * twice; an edit since makes a request of its own.
 */
export async function requestPush(
  db: Queryable,
  repository: RepositoryRow,
  request: {
    readonly actor: Actor;
    readonly message?: string | undefined;
    readonly taskIds?: readonly string[] | undefined;
  },
): Promise<PushResult[]> {
  const { rows } = await modifiedTasks(db, { repositoryId: repository.id });
  const wanted = rows.filter((row) => request.taskIds?.includes(row.taskId) ?? true);
  const asked = new Map<string, string>();
  for (const { id, documents } of await awaitingPushRequests(db, repository.id))
    for (const { path, revision } of documents) asked.set(`${path}\0${revision}`, id);
  const fresh = wanted.filter((row) => !asked.has(`${row.repositoryPath}\0${row.revision}`));
  if (fresh.length > 0) {
    const { id } = await insertPushRequest(db, {
      id: newId(),
      repositoryId: repository.id,
      status: 'awaiting',
      documents: fresh.map((row) => ({
        path: row.repositoryPath,
        taskId: row.taskId,
        name: row.name,
        change: row.change,
        revision: row.revision,
      })),
      message: request.message ?? null,
      requestedBy: actorName(request.actor),
    });
    for (const row of fresh) asked.set(`${row.repositoryPath}\0${row.revision}`, id);
    await markPushesAt(
      db,
      repository.id,
      fresh.map((row) => row.repositoryPath),
      'pending',
      'Waits for approval.',
    );
  }
  return wanted.map((row) => ({
    taskId: row.taskId,
    repositoryId: repository.id,
    repositoryPath: row.repositoryPath,
    success: false,
    commitHash: null,
    pullRequestUrl: null,
    pushRequestId: asked.get(`${row.repositoryPath}\0${row.revision}`) ?? null,
    error: awaiting,
  }));
}

/** Carries out what was approved. */
export type CarryOut = (
  repositoryId: string,
  approved: {
    readonly actor: Actor;
    readonly message: string | undefined;
    readonly revisions: ReadonlyMap<string, number>;
    readonly signal?: AbortSignal | undefined;
  },
) => Promise<PushResult[]>;

export type PushDesk = ReturnType<typeof pushDesk>;

/** What waits to be pushed, to be approved or to be merged. */
export function pushDesk({ database }: RepositoriesContext, carryOut: CarryOut) {
  const { db } = database;
  const load = async (repositoryId: string, id: string, reader?: Rights): Promise<PushRequestRow> => {
    const row = await pushRequestById(db, repositoryId, id, reader);
    if (!row) throw notFound('push request', id);
    return row;
  };
  const refuseDecided = (row: PushRequestRow): never => {
    throw new RatchetError('STATE_CONFLICT', `The push request was ${row.status} already by ${row.decidedBy}.`);
  };

  return {
    async list(
      repositoryId: string,
      fields: ListFields,
      request: ListRequest,
      reader?: Rights,
    ): Promise<Page<PushRequest>> {
      if (!(await taskRepositoryById(db, repositoryId))) throw notFound('repository', repositoryId);
      const page = await pageOfPushRequests(db, fields, request, repositoryId, reader);
      return { items: page.items.map(requestView), meta: page.meta };
    },
    get: async (repositoryId: string, id: string, reader?: Rights): Promise<PushRequest> =>
      requestView(await load(repositoryId, id, reader)),

    async approve(
      repositoryId: string,
      id: string,
      caller: { actor: Actor; signal?: AbortSignal | undefined },
    ): Promise<PushResult[]> {
      const row = await load(repositoryId, id);
      if (row.status !== 'awaiting') refuseDecided(row);
      const by = actorName(caller.actor);
      const decided = await decidePushRequest(db, id, { status: 'approved', by, reason: null });
      if (!decided) refuseDecided(await load(repositoryId, id));
      try {
        return await carryOut(repositoryId, {
          ...caller,
          message: row.message ?? undefined,
          revisions: new Map(row.documents.map(({ path, revision }) => [path, revision])),
        });
      } catch (error) {
        // Nothing went out: the request stands as it was, to be approved again.
        await reopenPushRequest(db, id);
        throw error;
      }
    },

    async reject(repositoryId: string, id: string, reason: string | undefined, actor: Actor): Promise<PushRequest> {
      const row = await load(repositoryId, id);
      const decision = { status: 'rejected' as const, by: actorName(actor), reason: reason ?? null };
      const decided = await decidePushRequest(db, id, decision);
      if (!decided) refuseDecided(await load(repositoryId, id));
      await markPushesAt(
        db,
        repositoryId,
        row.documents.map(({ path }) => path),
        'failed',
        `Its push was rejected by ${decision.by}${reason ? `: ${reason}` : '.'}`,
      );
      return requestView(await load(repositoryId, id));
    },

    async pullRequests(fields: ListFields, request: ListRequest, reader?: Rights): Promise<Page<PullRequest>> {
      const page = await pageOfPullRequests(db, fields, request, reader);
      return { items: page.items.map(pullRequestView), meta: page.meta };
    },

    async status(repositoryId: string | undefined, reader?: Rights) {
      const standings = await pushStandings(db, repositoryId, reader);
      if (repositoryId && standings.length === 0) throw notFound('repository', repositoryId);
      const sum = (key: 'pending' | 'awaitingApproval' | 'openPullRequests' | 'failed' | 'conflicts') =>
        standings.reduce((total, row) => total + row[key], 0);
      return {
        pending: sum('pending'),
        awaitingApproval: sum('awaitingApproval'),
        openPullRequests: sum('openPullRequests'),
        failed: sum('failed'),
        conflicts: sum('conflicts'),
        repositories: standings.map(({ isWritable, unreachableSince, lastPushAt, ...row }) => ({
          ...row,
          canPush: isWritable && unreachableSince === null,
          lastPushAt: lastPushAt === null ? null : new Date(lastPushAt).toISOString(),
        })),
      };
    },
  };
}

const requestView = (row: PushRequestRow): PushRequest => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  decidedAt: row.decidedAt?.toISOString() ?? null,
});

const pullRequestView = ({ previousCommit: _, ...row }: PullRequestRow): PullRequest => ({
  ...row,
  documents: row.documents.map(({ path, taskId, name, change }) => ({ path, taskId, name, change })),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  closedAt: row.closedAt?.toISOString() ?? null,
});
