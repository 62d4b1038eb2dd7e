import * as z from 'zod';
import { PushRequest, PushRequestPage } from '../entities/push.ts';
import { PushResult } from '../entities/sync.ts';
import { Id } from '../json.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';

export const pushRequestList: ListFields = {
  filters: { id: 'id', status: ['awaiting', 'approved', 'rejected'], requestedBy: 'string', createdAt: 'datetime' },
  sorts: ['id', 'createdAt', 'status'],
  defaultSort: [{ field: 'createdAt', order: 'desc' }],
};

const byPush = { id: Id.describe('The repository'), pushId: Id.describe('The push request') };

export const pushes = {
  list: operation({
    name: 'pushes.list',
    description: 'Pushes of a repository that wait for approval, and what became of earlier ones',
    effect: 'read',
    permission: 'read',
    input: listInput(pushRequestList, { id: Id.describe('The repository') }),
    output: PushRequestPage,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED'],
    rest: ['GET', '/repositories/{id}/pushes'],
    graphql: 'pushRequestsPage',
    mcp: 'ratchet_list_push_requests',
    targets: [{ kind: 'repository', member: 'id' }],
    cli: 'repo pushes',
    list: pushRequestList,
  }),
  get: operation({
    name: 'pushes.get',
    description: 'One push request',
    effect: 'read',
    permission: 'read',
    input: z.object(byPush),
    output: PushRequest,
    errors: ['NOT_FOUND'],
    rest: ['GET', '/repositories/{id}/pushes/{pushId}'],
    graphql: 'pushRequest',
    mcp: 'ratchet_get_push_request',
    targets: [{ kind: 'repository', member: 'id' }],
  }),
  approve: operation({
    name: 'pushes.approve',
    description: 'Approve a push request: what it names goes out, as far as it is still what was asked for',
    effect: 'write',
    permission: 'manage_repository',
    input: z.object(byPush),
    output: z.array(PushResult).meta({ id: 'PushResults', description: 'What the push did with each task' }),
    errors: ['NOT_FOUND', 'STATE_CONFLICT', 'REPOSITORY_UNREACHABLE', 'REPOSITORY_READ_ONLY', 'REPOSITORY_BUSY'],
    rest: ['POST', '/repositories/{id}/pushes/{pushId}/approve'],
    graphql: 'approvePush',
    mcp: 'ratchet_approve_push',
    targets: [{ kind: 'repository', member: 'id' }],
    cli: 'repo approve',
    refused: (results) => {
      const failed = results.find((r) => !r.success);
      return failed ? (failed.error?.code === 'SYNC_CONFLICT' ? 'SYNC_CONFLICT' : 'PUSH_REJECTED') : undefined;
    },
  }),
  reject: operation({
    name: 'pushes.reject',
    description: 'Reject a push request: its tasks keep their changes and are pushed with another request only',
    effect: 'write',
    permission: 'manage_repository',
    input: z.object({ ...byPush, reason: z.string().max(2000).optional().describe('Why, for who asked') }),
    output: PushRequest,
    errors: ['NOT_FOUND', 'STATE_CONFLICT'],
    rest: ['POST', '/repositories/{id}/pushes/{pushId}/reject'],
    graphql: 'rejectPush',
    mcp: 'ratchet_reject_push',
    targets: [{ kind: 'repository', member: 'id' }],
    cli: 'repo reject',
  }),
} as const;
