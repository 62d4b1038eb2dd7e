import type { PushPolicy } from '@ratchet/contract/entities/repository';
import { PushPolicy as Policy } from '@ratchet/contract/entities/repository';
import { pullRequestList } from '@ratchet/contract/operations/pull-requests';
import { pushRequestList } from '@ratchet/contract/operations/pushes';
import type { ListRequest } from '@ratchet/contract/paging';
import { forgeFor } from '@ratchet/sync/forges/forge-for';
import { type ForgeServer, forgeServer, forgeToken } from '@ratchet/testing/forge-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manual, source, sumAndOther, una, type Workbench, workbench } from './workbench.ts';

let at: Workbench;
beforeEach(async () => {
  at = await workbench(sumAndOther());
  await at.sync.sync(at.repositoryId, manual);
});
afterEach(() => at.close());

const sync = () => at.sync.sync(at.repositoryId, manual);
const push = () => at.sync.push(at.repositoryId, manual);
const planned = async () => (await at.sync.plan(at.repositoryId, { actor: una })).actions;
const policy = (changes: Partial<PushPolicy>) =>
  at.registry.change(at.repositoryId, { pushPolicy: Policy.parse(changes) });
const edit = async (path: string, code: string) =>
  at.editor.patch((await at.taskAt(path)).id, { sourceCode: code }, { actor: una });
const everything: ListRequest = { page: 1, limit: 100 };
const pullRequests = async () => (await at.pushes.pullRequests(pullRequestList, everything)).items;
const requests = async () => (await at.pushes.list(at.repositoryId, pushRequestList, everything)).items;
const changed = (line: string) => source.replace('const b = 2', line);

describe('feature branches', () => {
  beforeEach(() => policy({ branchStrategy: 'feature_branch' }));

  it('wait on a branch of ours, take further pushes, and become the base when they are merged', async () => {
    const before = await at.upstream.head();
    await edit('sum', changed('const b = 20'));
    const [first] = await push();
    expect(first).toMatchObject({ success: true, error: null });
    expect(await at.upstream.head()).toBe(before);
    const [waiting] = await pullRequests();
    expect(waiting).toMatchObject({ status: 'open', baseBranch: 'main', title: 'Update Sum' });
    expect(waiting?.branch).toMatch(/^ratchet\/main\/\w+$/);
    expect(await at.upstream.changes('main', waiting?.branch ?? '')).toEqual(['M sum/main.js']);
    expect(await at.taskAt('sum')).toMatchObject({ pushStatus: 'in_progress', needsPush: true });

    await edit('other', changed('const b = 30'));
    await push();
    const [same, ...more] = await pullRequests();
    expect(more).toEqual([]);
    expect(same).toMatchObject({ id: waiting?.id, branch: waiting?.branch, title: 'Update 2 tasks' });
    expect([...(await at.upstream.changes('main', same?.branch ?? ''))].sort()).toEqual([
      'M other/main.js',
      'M sum/main.js',
    ]);

    await at.upstream.setBranch('main', await at.upstream.head(same?.branch));
    await sync();
    expect(await pullRequests()).toMatchObject([{ status: 'merged' }]);
    expect(await at.upstream.head(same?.branch)).toBeNull();
    expect(await planned()).toEqual([]);
    expect(await at.taskAt('sum')).toMatchObject({ syncStatus: 'synced', needsPush: false });

    await edit('sum', changed('const b = 21'));
    await push();
    expect((await pullRequests()).map(({ branch }) => branch)).not.toEqual([same?.branch, same?.branch]);
  });

  it('merged with a reviewer’s change: that change arrives, and later edits here stay', async () => {
    await edit('sum', changed('const b = 20'));
    await push();
    const [waiting] = await pullRequests();
    await edit('sum', changed('const b = 20').replace('const c = 3', 'const c = 33'));
    const merged = changed('const b = 20').replace('const a = 1', 'const a = 11');
    await at.upstream.commit({ 'sum/main.js': merged }, { branch: 'main', onto: waiting?.commit ?? '' });
    const result = await sync();
    expect(result.conflicts).toEqual([]);
    const { sourceCode } = await at.taskAt('sum');
    for (const line of ['const a = 11', 'const b = 20', 'const c = 33']) expect(sourceCode).toContain(line);
  });

  it('that someone else wrote to are never overwritten', async () => {
    await edit('sum', changed('const b = 20'));
    await push();
    const [waiting] = await pullRequests();
    const branch = waiting?.branch ?? '';
    const theirs = await at.upstream.commit({ 'sum/review.md': 'better so' }, { branch });
    await edit('sum', changed('const b = 22'));
    expect(await push()).toMatchObject([{ success: false, error: { code: 'PUSH_REJECTED' } }]);
    expect(await at.upstream.head(branch)).toBe(theirs);
  });

  it('closed without being merged: the edit waits here, and goes to a new branch', async () => {
    await edit('sum', changed('const b = 20'));
    await push();
    const [waiting] = await pullRequests();
    await at.upstream.setBranch(waiting?.branch ?? '', null);
    await sync();
    expect(await pullRequests()).toMatchObject([{ status: 'closed' }]);
    expect(await at.taskAt('sum')).toMatchObject({ pushStatus: 'failed', sourceCode: changed('const b = 20') });
    expect(await push()).toMatchObject([{ success: true }]);
    const [next] = await pullRequests();
    expect(next?.branch).not.toBe(waiting?.branch);
  });
});

describe('a branch that takes no pushes', () => {
  beforeEach(() =>
    at.upstream.installHook(
      'pre-receive',
      'while read old new ref; do [ "$ref" = refs/heads/main ] && { echo "main is protected" >&2; exit 1; }; done; exit 0',
    ),
  );
  it('is said so, and nothing is lost', async () => {
    await edit('sum', changed('const b = 20'));
    expect(await push()).toMatchObject([{ success: false, error: { code: 'PUSH_REJECTED' } }]);
    expect(await at.taskAt('sum')).toMatchObject({ pushStatus: 'failed', sourceCode: changed('const b = 20') });
  });
  it('with create_pr: the changes go to a branch of ours', async () => {
    await policy({ conflictStrategy: 'create_pr' });
    await edit('sum', changed('const b = 20'));
    expect(await push()).toMatchObject([{ success: true }]);
    const [waiting] = await pullRequests();
    expect(await at.upstream.changes('main', waiting?.branch ?? '')).toEqual(['M sum/main.js']);
  });
});

it('conflict strategy fail: what both sides changed is refused, and nothing is merged by the push', async () => {
  await policy({ conflictStrategy: 'fail' });
  await edit('sum', changed('const b = 20'));
  await edit('other', changed('const b = 30'));
  await at.upstream.commit({ 'sum/main.js': source.replace('const a = 1', 'const a = 11') });
  const results = await push();
  expect(results.find((r) => r.repositoryPath === 'sum')?.error?.code).toBe('SYNC_CONFLICT');
  expect(results.find((r) => r.repositoryPath === 'other')?.success).toBe(true);
  expect((await at.taskAt('sum')).sourceCode).toBe(changed('const b = 20'));
  expect(await at.upstreamText('sum/main.js')).toContain('const a = 11');
});

describe('approval', () => {
  beforeEach(() => policy({ requireApproval: true }));

  it('holds a push back until someone approves it', async () => {
    const before = await at.upstream.head();
    await edit('sum', changed('const b = 20'));
    const [waiting] = await push();
    expect(waiting).toMatchObject({ success: false, error: { code: 'AWAITING_APPROVAL' } });
    await push();
    const [request, ...more] = await requests();
    expect(more).toEqual([]);
    expect(request).toMatchObject({ id: waiting?.pushRequestId, status: 'awaiting', requestedBy: 'Una' });
    expect(await at.upstream.head()).toBe(before);
    expect(await at.taskAt('sum')).toMatchObject({ syncStatus: 'pending_push', pushStatus: 'pending' });

    expect(await at.pushes.approve(at.repositoryId, request?.id ?? '', { actor: una })).toMatchObject([
      { success: true },
    ]);
    expect(await at.upstreamText('sum/main.js')).toBe(changed('const b = 20'));
    expect(await requests()).toMatchObject([{ status: 'approved', decidedBy: 'Una' }]);
    await expect(at.pushes.approve(at.repositoryId, request?.id ?? '', { actor: una })).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
    });
  });

  it('lets out only what was asked for, not what was edited since', async () => {
    await edit('sum', changed('const b = 20'));
    await edit('other', changed('const b = 30'));
    await push();
    await edit('sum', changed('const b = 99'));
    const [request] = await requests();
    const results = await at.pushes.approve(at.repositoryId, request?.id ?? '', { actor: una });
    expect(results.find((r) => r.repositoryPath === 'sum')?.error?.code).toBe('EDITED_MEANWHILE');
    expect(await at.upstreamText('sum/main.js')).toBe(source);
    expect(await at.upstreamText('other/main.js')).toBe(changed('const b = 30'));
  });

  it('rejected: the edit stays here', async () => {
    await edit('sum', changed('const b = 20'));
    await push();
    const [request] = await requests();
    await at.pushes.reject(at.repositoryId, request?.id ?? '', 'not now', una);
    expect(await requests()).toMatchObject([{ status: 'rejected', reason: 'not now' }]);
    expect(await at.taskAt('sum')).toMatchObject({ pushStatus: 'failed', sourceCode: changed('const b = 20') });
    expect(await at.upstreamText('sum/main.js')).toBe(source);
  });
});

it('edits of a repository that pushes by itself are queued with the edit', async () => {
  await at.registry.change(at.repositoryId, { pushOnChange: true });
  await edit('sum', changed('const b = 20'));
  expect(await at.taskAt('sum')).toMatchObject({ syncStatus: 'pending_push', pushStatus: 'pending' });
  await push();
  expect(await at.taskAt('sum')).toMatchObject({ syncStatus: 'synced', pushStatus: 'completed' });
});

it('a repository that cannot be reached takes pushes later', async () => {
  await edit('sum', changed('const b = 20'));
  const away = `${at.upstream.path}.away`;
  const { rename } = await import('node:fs/promises');
  await rename(at.upstream.path, away);
  await expect(push()).rejects.toMatchObject({ code: 'REPOSITORY_UNREACHABLE' });
  expect(await at.taskAt('sum')).toMatchObject({ pushStatus: 'pending', repositoryInfo: { canPush: false } });
  expect((await at.registry.get(at.repositoryId)).unreachableSince).not.toBeNull();
  await rename(away, at.upstream.path);
  await sync();
  expect((await at.registry.get(at.repositoryId)).unreachableSince).toBeNull();
  expect(await push()).toMatchObject([{ success: true }]);
});

describe('a forge', () => {
  let forge: ForgeServer;
  beforeEach(async () => {
    forge = await forgeServer('gitea');
    forge.checksBranches = false;
    const place = {
      uri: 'https://git.example.org/una/tasks.git',
      type: 'gitea',
      apiUrl: `${forge.url}/api/v1`,
    } as const;
    at.useForge(forgeFor(place, { type: 'token', token: forgeToken }, { userAgent: 'test' }));
    await policy({ branchStrategy: 'feature_branch', prTemplate: '{{task_count}}: {{task_list}}' });
  });
  afterEach(() => forge.close());
  const ends = (state: 'merged' | 'closed') => Object.assign(forge.pulls[0] ?? {}, { state });

  it('is given the pull request, told of further pushes, and asked what became of it', async () => {
    expect(await at.sync.test(at.repositoryId)).toMatchObject({
      success: true,
      message: expect.stringContaining('Pull requests go to una/tasks.'),
    });
    await edit('sum', changed('const b = 20'));
    expect(await push()).toMatchObject([{ success: true, pullRequestUrl: expect.stringMatching(/pulls\/1$/) }]);
    expect(forge.pulls).toMatchObject([{ title: 'Update Sum', body: '1: - Update **Sum** (`sum`)', base: 'main' }]);
    await edit('other', changed('const b = 30'));
    await push();
    expect(forge.pulls).toMatchObject([{ title: 'Update 2 tasks' }]);

    // Squashed: our commit is not in main's history, but the forge says that it was merged.
    const sum = changed('const b = 20').replace('const c = 3', 'const c = 33');
    await at.upstream.commit({ 'sum/main.js': sum, 'other/main.js': changed('const b = 30') });
    ends('merged');
    expect((await sync()).conflicts).toEqual([]);
    expect((await at.taskAt('sum')).sourceCode).toBe(sum);
    expect(await planned()).toEqual([]);
    expect(await pullRequests()).toMatchObject([{ status: 'merged', number: 1 }]);
  });

  it('that fails leaves the branch pushed, says so, and is tried again', async () => {
    forge.failures.push(403, 403, 403);
    await edit('sum', changed('const b = 20'));
    expect(await push()).toMatchObject([
      { success: false, error: { message: expect.stringContaining('does not let this credential') } },
    ]);
    expect(await pullRequests()).toMatchObject([{ status: 'opening', number: null }]);
    forge.failures.length = 0;
    await sync();
    expect(await pullRequests()).toMatchObject([{ status: 'open', number: 1, error: null }]);
  });

  it('where it was closed: the tasks keep their changes and say why', async () => {
    await edit('sum', changed('const b = 20'));
    await push();
    ends('closed');
    await sync();
    expect(await at.taskAt('sum')).toMatchObject({
      pushStatus: 'failed',
      pushMessage: expect.stringContaining('closed without being merged'),
      sourceCode: changed('const b = 20'),
    });
  });
});
