import * as z from 'zod';
import { Id } from '../json.ts';
import { Conflict } from './conflict.ts';

export const SyncProblem = z
  .object({
    path: z.string(),
    code: z.string(),
    message: z.string(),
    line: z.int().optional(),
    severity: z.enum(['error', 'warning']).default('error'),
  })
  .meta({ id: 'SyncProblem', description: 'What could not be taken over, and why' });
export type SyncProblem = z.output<typeof SyncProblem>;

export const SyncResult = z
  .object({
    runId: Id,
    repositoryId: Id,
    tasksAdded: z.int(),
    tasksUpdated: z.int(),
    tasksDeleted: z.int(),
    tasksMerged: z.int(),
    tasksDetached: z.int().describe('Left the scope: kept here, no longer synced'),
    pendingPush: z.int().describe('Tasks that hold changes the repository does not have'),
    conflicts: z.array(Conflict),
    problems: z.array(SyncProblem),
    head: z.string().nullable().describe('The commit (or tag) of the repository that was seen'),
    durationMs: z.number(),
    message: z.string().describe('What happened, in a sentence'),
  })
  .meta({ id: 'SyncResult', description: 'What a sync did' });
export type SyncResult = z.output<typeof SyncResult>;

export const PlannedAction = z
  .object({
    path: z.string(),
    action: z.enum(['pull', 'push', 'merge', 'conflict', 'move', 'detach', 'none']),
    change: z.enum(['added', 'modified', 'deleted', 'moved', 'none']),
    taskId: z.string().nullable(),
    files: z.array(z.string()).describe('The files that differ'),
  })
  .meta({ id: 'PlannedAction', description: 'What a sync or push would do to one document' });

const planText = z.string().nullable();
const sideOfPlan = z.enum(['base', 'local', 'remote', 'result']);

/** What a plan would do to one document, to the character. */
export const PlannedDocument = z
  .object({
    planId: z.string().describe('The plan that it belongs to'),
    repositoryId: Id,
    path: z.string(),
    action: PlannedAction.shape.action,
    change: PlannedAction.shape.change,
    files: z.array(
      z.object({
        path: z.string().describe('Within the document'),
        content: z.enum(['text', 'binary', 'too_large']).describe('Texts are shown of `text` alone, up to 1 MB a side'),
        in: z.array(sideOfPlan).describe('Where the file is at all'),
        base: planText.describe('What both sides had when they last agreed'),
        local: planText.describe('Here'),
        remote: planText.describe('In the repository'),
        result: planText.describe('Here, after a sync'),
      }),
    ),
  })
  .meta({ id: 'PlannedDocument', description: 'One document of a plan, with the texts of its files that differ' });
export type PlannedDocument = z.output<typeof PlannedDocument>;

export const SyncPlan = z
  .object({
    planId: z.string().describe('Digest of what was seen and of the actions'),
    repositoryId: Id,
    head: z.string().nullable(),
    actions: z.array(PlannedAction),
    guard: z.object({ name: z.string(), message: z.string() }).nullable().describe('The guard that stops this plan'),
    problems: z.array(SyncProblem),
  })
  .meta({ id: 'SyncPlan', description: 'What a sync or push would do now; nothing is written' });
export type SyncPlan = z.output<typeof SyncPlan>;

export const PushResult = z
  .object({
    taskId: Id.nullable(),
    repositoryId: Id,
    repositoryPath: z.string(),
    success: z.boolean(),
    commitHash: z.string().nullable(),
    pullRequestUrl: z.string().nullable(),
    pushRequestId: Id.nullable().optional().describe('The request that waits for approval'),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: 'PushResult', description: 'What a push did with one task' });
export type PushResult = z.output<typeof PushResult>;

/** Not refused: it goes out when someone approves it. */
export const awaitsApproval = (result: PushResult): boolean => result.error?.code === 'AWAITING_APPROVAL';
