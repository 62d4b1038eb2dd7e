import { expect } from 'vitest';
import type { Requirement } from '../requirement.ts';
import type { World } from '../world.ts';

/** A repository whose pushes someone must approve, with one that waits. */
async function awaiting({ call, newRepository, newTask }: World, path: string) {
  const { id, git } = await newRepository(undefined, { pushPolicy: { requireApproval: true } });
  const task = await newTask({ repositoryId: id, repositoryPath: path });
  const [result] = await call('repositories.push', { id, message: 'Please' });
  expect(result).toMatchObject({ success: false, error: { code: 'AWAITING_APPROVAL' } });
  return { id, git, task, pushId: result?.pushRequestId as string };
}

export const pushRequirements: readonly Requirement[] = [
  {
    id: 'pushes.approve.sends',
    says: 'A push that needs approval waits, can be read, and goes out when it is approved',
    cites: ['pushes.list', 'pushes.get', 'pushes.approve'],
    async run(world) {
      const { call, refused } = world;
      const { id, git, task, pushId } = await awaiting(world, 'approved');
      expect([...(await git.files()).keys()]).not.toContain('approved/main.js');
      expect((await call('pushes.list', { id })).items).toMatchObject([{ id: pushId, status: 'awaiting' }]);
      expect(await call('pushes.get', { id, pushId })).toMatchObject({
        id: pushId,
        repositoryId: id,
        status: 'awaiting',
        message: 'Please',
        documents: [{ path: 'approved', taskId: task.id, change: 'added', revision: 1 }],
      });
      expect(await call('pushes.approve', { id, pushId })).toMatchObject([{ taskId: task.id, success: true }]);
      expect([...(await git.files()).keys()]).toContain('approved/main.js');
      expect(await call('pushes.get', { id, pushId })).toMatchObject({ status: 'approved' });
      expect((await refused('pushes.approve', { id, pushId })).code).toBe('STATE_CONFLICT');
    },
  },
  {
    id: 'pushes.reject.keepsBack',
    says: 'A rejected push goes nowhere, says why, and the task still waits to be pushed',
    cites: ['pushes.reject'],
    async run(world) {
      const { call } = world;
      const { id, git, task, pushId } = await awaiting(world, 'rejected');
      const rejected = await call('pushes.reject', { id, pushId, reason: 'Not yet' });
      expect(rejected).toMatchObject({ id: pushId, status: 'rejected', reason: 'Not yet' });
      expect([...(await git.files()).keys()]).not.toContain('rejected/main.js');
      expect((await call('tasks.get', { id: task.id })).needsPush).toBe(true);
    },
  },
  {
    id: 'pullRequests.list.ofBranches',
    says: 'A repository that is pushed over branches lists the branch that waits to be merged',
    cites: ['pullRequests.list'],
    async run({ call, newRepository, newTask }) {
      const { id, git } = await newRepository(undefined, {
        pushPolicy: { branchStrategy: 'feature_branch' },
        metadata: { forge: { type: 'none' } },
      });
      const task = await newTask({ repositoryId: id, repositoryPath: 'branched' });
      await call('repositories.push', { id });
      const { items } = await call('pullRequests.list', { filters: [{ field: 'repositoryId', op: 'eq', value: id }] });
      expect(items).toMatchObject([{ repositoryId: id, baseBranch: 'main', documents: [{ taskId: task.id }] }]);
      expect(await git.head(items[0]?.branch)).toBe(items[0]?.commit);
      expect([...(await git.files()).keys()]).not.toContain('branched/main.js');
    },
  },
  {
    id: 'registry.pushStatus.counts',
    says: 'What waits to be pushed is counted for each repository',
    cites: ['registry.pushStatus'],
    async run({ call, newRepository, newTask }) {
      const { id } = await newRepository();
      await newTask({ repositoryId: id });
      const status = await call('registry.pushStatus', { repositoryId: id });
      expect(status.repositories).toMatchObject([{ repositoryId: id, pending: 1, failed: 0, canPush: true }]);
      await call('repositories.push', { id });
      const after = await call('registry.pushStatus', { repositoryId: id });
      expect(after.repositories[0]).toMatchObject({ pending: 0, lastPushAt: expect.any(String) });
    },
  },
  {
    id: 'registry.pushAllPending.everywhere',
    says: 'Everything that waits is pushed, in every repository',
    cites: ['registry.pushAllPending'],
    async run({ call, newRepository, newTask }) {
      const [a, b] = [await newRepository(), await newRepository()];
      for (const { id } of [a, b]) await newTask({ repositoryId: id, repositoryPath: 'all' });
      const { results } = await call('registry.pushAllPending', { message: 'All of it' });
      for (const { id, git } of [a, b]) {
        expect(results.filter((result) => result.repositoryId === id)).toMatchObject([{ success: true }]);
        expect([...(await git.files()).keys()]).toContain('all/main.js');
      }
    },
  },
];
