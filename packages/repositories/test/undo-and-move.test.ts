import { createGitRepository } from '@ratchet/testing/git-repository';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { undoRun } from '../src/undo-run.ts';
import { gitRepository, manual, metadata, source, sumAndOther, una, type Workbench, workbench } from './workbench.ts';

let at: Workbench;
beforeEach(async () => {
  at = await workbench(sumAndOther());
  await at.sync.sync(at.repositoryId, manual);
});
afterEach(() => at.close());

const sync = () => at.sync.sync(at.repositoryId, manual);
const push = () => at.sync.push(at.repositoryId, manual);
const undo = (runId: string) => undoRun(at.context, at.editor, { repositoryId: at.repositoryId, runId, actor: una });

describe('undo of a run', () => {
  it('takes back what it changed, added and deleted, and the next sync does not bring it again', async () => {
    const other = await at.taskAt('other');
    await at.upstream.commit({
      'sum/main.js': '() => 1\n',
      'other/main.js': null,
      'other/metadata.json': null,
      'new/main.js': source,
      'new/metadata.json': metadata('New'),
    });
    const { runId } = await sync();
    const result = await undo(runId);
    expect(result.skipped).toEqual([]);
    expect(result.undone.map(({ name, change }) => `${name} ${change}`).sort()).toEqual([
      'New deleted',
      'Other restored',
      'Sum rolled back',
    ]);
    expect((await at.taskAt('sum')).sourceCode).toBe(source);
    expect((await at.taskAt('other')).id).toBe(other.id);
    await expect(at.taskAt('new')).rejects.toThrow('no task');
    expect(await sync()).toMatchObject({ tasksAdded: 0, tasksUpdated: 0, tasksDeleted: 0, conflicts: [] });
    expect((await at.taskAt('sum')).sourceCode).toBe(source);
    await push();
    expect(await at.upstreamText('sum/main.js')).toBe(source);
    expect(await at.upstreamText('other/main.js')).toBe(source);
    expect(await at.upstreamText('new/main.js')).toBeUndefined();
  });

  it('leaves what was edited since', async () => {
    await at.upstream.commit({ 'sum/main.js': '() => 1\n', 'other/main.js': '() => 1\n' });
    const { runId } = await sync();
    await at.editor.patch((await at.taskAt('sum')).id, { sourceCode: '() => 2\n' }, { actor: una });
    const result = await undo(runId);
    expect(result.undone.map(({ name }) => name)).toEqual(['Other']);
    expect(result.skipped.map(({ name }) => name)).toEqual(['Sum']);
    expect((await at.taskAt('sum')).sourceCode).toBe('() => 2\n');
  });

  it('twice does nothing more, and knows only runs of its repository', async () => {
    await at.upstream.commit({ 'sum/main.js': '() => 1\n' });
    const { runId } = await sync();
    await undo(runId);
    expect((await undo(runId)).undone).toEqual([]);
    await expect(undo(at.repositoryId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('moving tasks to another repository', () => {
  let second: Awaited<ReturnType<typeof createGitRepository>>;
  let secondId: string;
  beforeEach(async () => {
    second = await createGitRepository(`${at.upstream.path}.second`);
    await second.commit({ 'README.md': 'a second one\n' });
    const { id } = await at.registry.create(gitRepository('second', second.path));
    secondId = id;
  });

  it('keeps id and history, writes them there, and removes them here', async () => {
    const before = await at.taskAt('sum');
    const moved = await at.mover.assign(
      before.id,
      { repositoryId: secondId, repositoryPath: 'tasks/sum' },
      { actor: una, expectedRevision: before.revision },
    );
    expect(moved).toMatchObject({ id: before.id, needsPush: true, repositoryInfo: { repositoryId: secondId } });
    const { items } = await at.reader.modified({ page: 1, limit: 10 });
    expect(
      items.map(({ repositoryId, change }) => `${repositoryId === secondId ? 'second' : 'first'} ${change}`).sort(),
    ).toEqual(['first deleted', 'second added']);
    await at.sync.push(secondId, manual);
    await push();
    expect((await second.files()).has('tasks/sum/main.js')).toBe(true);
    expect(await at.upstreamText('sum/main.js')).toBeUndefined();
    expect(await at.upstreamText('other/main.js')).toBe(source);
    for (const id of [at.repositoryId, secondId]) expect((await at.sync.plan(id, { actor: una })).actions).toEqual([]);
    expect((await at.reader.history(before.id, { page: 1, limit: 10 })).items).toHaveLength(2);
  });

  it('and back before any push is as if nothing had been', async () => {
    const { id } = await at.taskAt('sum');
    await at.mover.assign(id, { repositoryId: secondId }, { actor: una });
    await at.mover.assign(id, { repositoryId: at.repositoryId }, { actor: una });
    expect(await at.taskAt('sum')).toMatchObject({ id, syncStatus: 'synced', needsPush: false });
    expect((await at.sync.plan(at.repositoryId, { actor: una })).actions).toEqual([]);
  });

  it.each([
    ['an old revision', { revision: 7 }, 'REVISION_MISMATCH'],
    ['a taken place', { repositoryPath: 'other', to: 'first' }, 'ALREADY_EXISTS'],
    ['a path out of it', { repositoryPath: '../x' }, 'VALIDATION_FAILED'],
  ] as const)('refuses %s', async (_, options, code) => {
    const { id } = await at.taskAt('sum');
    const { revision, repositoryPath, to } = options as { revision?: number; repositoryPath?: string; to?: string };
    const target = { repositoryId: to === 'first' ? at.repositoryId : secondId, repositoryPath };
    await expect(at.mover.assign(id, target, { actor: una, expectedRevision: revision })).rejects.toMatchObject({
      code,
    });
  });

  it('refuses to move a task out of a read-only repository, which would bring it again', async () => {
    await at.registry.change(at.repositoryId, { isWritable: false });
    const { id } = await at.taskAt('sum');
    await expect(at.mover.assign(id, { repositoryId: secondId }, { actor: una })).rejects.toMatchObject({
      code: 'REPOSITORY_READ_ONLY',
    });
  });

  it('all of a repository that is removed', async () => {
    await at.registry.setDefault(secondId);
    await expect(
      at.registry.remove(at.repositoryId, { tasks: undefined }, { expected: undefined, by: 'Una' }),
    ).rejects.toMatchObject({ code: 'REPOSITORY_NOT_EMPTY' });
    await at.registry.remove(at.repositoryId, { tasks: 'move', to: secondId }, { expected: undefined, by: 'Una' });
    expect(await at.sync.push(secondId, manual)).toMatchObject([{ success: true }, { success: true }]);
    expect([...(await second.files()).keys()].sort()).toContain('sum/main.js');
    expect(await at.upstreamText('sum/main.js')).toBe(source);
  });
});

it('one version of a task in two repositories: the higher priority wins, and the other is told', async () => {
  const { upstream } = at;
  const { id } = await at.registry.create({
    ...gitRepository('first of all', upstream.path),
    priority: 5,
    watchPatterns: ['sum/**'],
  });
  expect((await at.sync.sync(id, manual)).problems).toEqual([]);
  const { problems } = await sync();
  expect(problems).toMatchObject([{ path: 'sum', code: 'shadowed', severity: 'warning' }]);
  const { uuid } = await at.taskAt('other').then(() => at.reader.get(JSON.parse(metadata('Sum')).uuid));
  expect((await at.reader.get(uuid)).repositoryInfo?.repositoryId).toBe(id);
});
