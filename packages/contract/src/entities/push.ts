import * as z from 'zod';
import { Id, Time } from '../json.ts';
import { pageOf } from '../paging.ts';

const documentChange = z.enum(['added', 'modified', 'deleted']).describe('What the push does to it upstream');

export const PushRequest = z
  .object({
    id: Id,
    repositoryId: Id,
    status: z.enum(['awaiting', 'approved', 'rejected']),
    documents: z.array(
      z.object({
        path: z.string(),
        taskId: Id.nullable(),
        name: z.string(),
        change: documentChange,
        revision: z.int().describe('The revision that is to go out; a later one is not approved with it'),
      }),
    ),
    message: z.string().nullable(),
    reason: z.string().nullable().describe('Why it was rejected'),
    requestedBy: z.string(),
    decidedBy: z.string().nullable(),
    createdAt: Time,
    decidedAt: Time.nullable(),
  })
  .meta({ id: 'PushRequest', description: 'A push that waits for approval, or what became of it' });
export type PushRequest = z.output<typeof PushRequest>;
export const PushRequestPage = pageOf(PushRequest, 'PushRequestPage');

export const PullRequest = z
  .object({
    id: Id,
    repositoryId: Id,
    status: z
      .enum(['opening', 'open', 'merged', 'closed'])
      .describe('opening: the branch was sent and the forge has not made a pull request of it yet'),
    branch: z.string(),
    baseBranch: z.string(),
    number: z.int().nullable(),
    url: z.string().nullable(),
    title: z.string(),
    commit: z.string().nullable().describe('Where the branch stands'),
    documents: z.array(z.object({ path: z.string(), taskId: Id.nullable(), name: z.string(), change: documentChange })),
    error: z.string().nullable().describe('Why the forge has no pull request of it, or could not be asked'),
    createdBy: z.string(),
    createdAt: Time,
    updatedAt: Time,
    closedAt: Time.nullable(),
  })
  .meta({ id: 'PullRequest', description: 'A branch of ours that waits to be merged' });
export type PullRequest = z.output<typeof PullRequest>;
export const PullRequestPage = pageOf(PullRequest, 'PullRequestPage');

export const PushStatusReport = z
  .object({
    pending: z.int().describe('Tasks with changes their repositories do not have'),
    awaitingApproval: z.int().describe('Push requests that wait for approval'),
    openPullRequests: z.int(),
    failed: z.int().describe('Tasks whose last push failed'),
    conflicts: z.int().describe('Open conflicts'),
    repositories: z.array(
      z.object({
        repositoryId: Id,
        repositoryName: z.string(),
        pending: z.int(),
        awaitingApproval: z.int(),
        openPullRequests: z.int(),
        failed: z.int(),
        conflicts: z.int(),
        canPush: z.boolean(),
        lastPushAt: Time.nullable(),
      }),
    ),
  })
  .meta({ id: 'PushStatusReport', description: 'What waits to be pushed, over all repositories' });
