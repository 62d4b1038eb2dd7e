import { PullRequestPage } from '../entities/push.ts';
import { operation } from '../operation.ts';
import { type ListFields, listInput } from '../paging.ts';

export const pullRequestList: ListFields = {
  filters: {
    id: 'id',
    repositoryId: 'id',
    status: ['opening', 'open', 'merged', 'closed'],
    branch: 'string',
    createdAt: 'datetime',
  },
  sorts: ['id', 'createdAt', 'updatedAt', 'status'],
  defaultSort: [{ field: 'createdAt', order: 'desc' }],
};

export const pullRequests = {
  list: operation({
    name: 'pullRequests.list',
    description: 'Pull requests that pushes have opened',
    effect: 'read',
    permission: 'read',
    input: listInput(pullRequestList),
    output: PullRequestPage,
    errors: ['VALIDATION_FAILED'],
    rest: ['GET', '/pull-requests'],
    graphql: 'pullRequestsPage',
    mcp: 'ratchet_list_pull_requests',
    cli: 'repo pull-requests',
    list: pullRequestList,
  }),
} as const;
