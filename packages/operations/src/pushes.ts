import { pullRequestList } from '@ratchet/contract/operations/pull-requests';
import { pushRequestList } from '@ratchet/contract/operations/pushes';
import type { PushDesk } from '@ratchet/repositories/push-desk';
import type { RepositorySync } from '@ratchet/repositories/repository-sync';
import type { EntityHandlers } from './handler.ts';

export const pushHandlers = (desk: PushDesk): EntityHandlers<'pushes'> => ({
  list: { handle: ({ id, ...request }, { rights }) => desk.list(id, pushRequestList, request, rights) },
  get: { handle: ({ id, pushId }, { rights }) => desk.get(id, pushId, rights) },
  approve: { handle: ({ id, pushId }, { actor, signal }) => desk.approve(id, pushId, { actor, signal }) },
  reject: { handle: ({ id, pushId, reason }, { actor }) => desk.reject(id, pushId, reason, actor) },
});

export const pullRequestHandlers = (desk: PushDesk): EntityHandlers<'pullRequests'> => ({
  list: { handle: (request, { rights }) => desk.pullRequests(pullRequestList, request, rights) },
});

export const registryHandlers = (desk: PushDesk, sync: RepositorySync): EntityHandlers<'registry'> => ({
  pushAllPending: {
    handle: ({ message }, { actor, rights, signal }) =>
      sync.pushAll({ trigger: 'manual', actor, signal, message }, rights),
  },
  pushStatus: { handle: ({ repositoryId }, { rights }) => desk.status(repositoryId, rights) },
});
