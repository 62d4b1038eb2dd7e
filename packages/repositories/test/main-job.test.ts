import type { SyncResult } from '@ratchet/contract/entities/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manual, metadata, source, una, type Workbench, workbench } from './workbench.ts';

let at: Workbench;
const files = {
  'tasks/sum/metadata.json': metadata('Sum'),
  'tasks/sum/main.js': source,
  'tasks/sum/notes.bin': new Uint8Array([0, 1, 2, 255]),
  'tasks/other/metadata.json': metadata('Other'),
  'tasks/other/main.js': source,
  'README.md': '# not a task\n',
};
beforeEach(async () => {
  at = await workbench(files);
});
afterEach(() => at.close());
const sync = () => at.sync.sync(at.repositoryId, manual);
const push = () => at.sync.push(at.repositoryId, manual);
const planned = async () => (await at.sync.plan(at.repositoryId, { actor: una })).actions;
const counts = ({ tasksAdded, tasksUpdated, tasksDeleted, tasksMerged, conflicts }: SyncResult) => [
  tasksAdded,
  tasksUpdated,
  tasksDeleted,
  tasksMerged,
  conflicts.length,
];
const edit = (code: string) => async () =>
  at.editor.patch((await at.taskAt('tasks/sum')).id, { sourceCode: code }, { actor: una });

describe('pull', () => {
  it('takes tasks over once, whole, and then finds nothing', async () => {
    expect(counts(await sync())).toEqual([2, 0, 0, 0, 0]);
    const task = await at.taskAt('tasks/sum');
    expect(task).toMatchObject({
      name: 'Sum',
      sourceCode: source,
      syncStatus: 'synced',
      needsPush: false,
      revision: 1,
    });
    expect(task.files.map((f) => f.path)).toEqual(['main.js', 'metadata.json', 'notes.bin']);
    expect(counts(await sync())).toEqual([0, 0, 0, 0, 0]);
    expect(await planned()).toEqual([]);
  });
  it('brings what changed, went and moved upstream', async () => {
    await sync();
    const { id } = await at.taskAt('tasks/other');
    await at.upstream.commit({
      'tasks/sum/main.js': '() => 1\n',
      'tasks/other/main.js': null,
      'tasks/other/metadata.json': null,
      'moved/here/main.js': source,
      'moved/here/metadata.json': metadata('Other', { description: 'moved and edited' }),
    });
    const result = await sync();
    expect(counts(result)).toEqual([0, 2, 0, 0, 0]);
    expect((await at.taskAt('tasks/sum')).sourceCode).toBe('() => 1\n');
    const moved = await at.taskAt('moved/here');
    expect(moved).toMatchObject({ id, description: 'moved and edited', revision: 2, syncStatus: 'synced' });
    expect(await planned()).toEqual([]);
  });
  it('reports what is wrong and takes the rest', async () => {
    await at.upstream.commit({
      'bad/metadata.json': '{ "name": ',
      'bad/main.js': source,
      'schema/metadata.json': metadata('Schema'),
      'schema/main.js': source,
      'schema/input.schema.json': '{"type": 12}',
      'syntax/metadata.json': metadata('Syntax'),
      'syntax/main.js': 'const = 1;\n',
    });
    for (let round = 0; round < 2; round++) {
      const result = await sync();
      expect(result.tasksAdded).toBe(round === 0 ? 4 : 0);
      expect(result.problems.map((p) => p.path).sort()).toEqual([
        'bad/metadata.json',
        'schema/input.schema.json',
        'syntax/main.js',
      ]);
      for (const problem of result.problems) expect(problem.message.length).toBeGreaterThan(10);
    }
  });
  it('keeps what it has of a task whose metadata broke', async () => {
    await sync();
    await at.upstream.commit({ 'tasks/sum/metadata.json': 'broken', 'tasks/sum/main.js': '() => 2\n' });
    expect(counts(await sync())).toEqual([0, 0, 0, 0, 0]);
    expect((await at.taskAt('tasks/sum')).sourceCode).toBe(source);
    await at.upstream.commit({ 'tasks/sum/metadata.json': metadata('Sum') });
    expect(counts(await sync())).toEqual([0, 1, 0, 0, 0]);
  });
  it('deletes nothing when upstream is suddenly empty, until that plan is forced', async () => {
    await sync();
    await at.upstream.commit(
      Object.fromEntries(
        Object.keys(files)
          .filter((f) => f.startsWith('tasks/'))
          .map((f) => [f, null]),
      ),
    );
    const refused = await sync().catch((error) => error);
    expect(refused).toMatchObject({ code: 'GUARD_TRIPPED', details: { guard: 'side_emptied' } });
    expect((await at.taskAt('tasks/sum')).name).toBe('Sum');
    await expect(at.sync.sync(at.repositoryId, { ...manual, force: true, planId: 'other' })).rejects.toMatchObject({
      code: 'PLAN_STALE',
    });
    const { id } = await at.taskAt('tasks/sum');
    const forced = await at.sync.sync(at.repositoryId, { ...manual, force: true, planId: refused.details.planId });
    expect(counts(forced)).toEqual([0, 0, 2, 0, 0]);
    const restored = await at.editor.restore(id, una);
    expect(restored).toMatchObject({ sourceCode: source, needsPush: true });
  });
});

describe('push', () => {
  it('of one line is one commit of that line', async () => {
    await sync();
    const before = await at.upstream.files();
    await edit(source.replace('const b = 2', 'const b = 20'))();
    expect(await planned()).toMatchObject([
      { action: 'push', change: 'modified', path: 'tasks/sum', files: ['main.js'] },
    ]);
    const [result] = await push();
    expect(result).toMatchObject({ success: true, repositoryPath: 'tasks/sum' });
    const [commit, parent] = await at.upstream.log();
    expect(commit?.id).toBe(result?.commitHash);
    expect(commit?.author).toContain('Una <una@example.org>');
    expect(commit?.message).toContain('Ratchet-Revision: 2');
    expect(await at.upstream.changes(parent?.id ?? '', commit?.id ?? '')).toEqual(['M tasks/sum/main.js']);
    const after = await at.upstream.files();
    expect(after.get('tasks/sum/main.js')?.bytes.toString()).toBe(source.replace('const b = 2', 'const b = 20'));
    for (const [path, file] of before) if (path !== 'tasks/sum/main.js') expect(after.get(path)).toEqual(file);
    expect(await planned()).toEqual([]);
    expect(counts(await sync())).toEqual([0, 0, 0, 0, 0]);
    expect(await at.taskAt('tasks/sum')).toMatchObject({
      syncStatus: 'synced',
      pushStatus: 'completed',
      needsPush: false,
    });
  });
  it('carries new, edited and deleted tasks together', async () => {
    await sync();
    await at.editor.create(
      { name: 'Brand new', sourceCode: source, sourceType: 'javascript', repositoryId: at.repositoryId },
      una,
    );
    await at.editor.delete((await at.taskAt('tasks/other')).id, { actor: una });
    await edit('() => 3\n')();
    expect((await push()).map((r) => [r.repositoryPath, r.success])).toEqual([
      ['brand-new', true],
      ['tasks/other', true],
      ['tasks/sum', true],
    ]);
    const now = await at.upstream.files();
    expect([...now.keys()].sort()).toEqual([
      'README.md',
      'brand-new/main.js',
      'brand-new/metadata.json',
      'tasks/sum/main.js',
      'tasks/sum/metadata.json',
      'tasks/sum/notes.bin',
    ]);
    expect(await planned()).toEqual([]);
  });
  it('goes on top of what upstream got meanwhile', async () => {
    await sync();
    await edit('() => 4\n')();
    await at.upstream.commit({ 'tasks/other/main.js': '() => 5\n' });
    expect((await push())[0]).toMatchObject({ success: true });
    expect((await at.taskAt('tasks/other')).sourceCode).toBe('() => 5\n');
    expect(await at.upstreamText('tasks/sum/main.js')).toBe('() => 4\n');
    expect(await planned()).toEqual([]);
  });
  it('of one task leaves the others', async () => {
    await sync();
    await edit('() => 6\n')();
    const other = await at.taskAt('tasks/other');
    await at.editor.patch(other.id, { description: 'not yet' }, { actor: una });
    const row = await at.reader.find((await at.taskAt('tasks/sum')).id);
    expect(await at.sync.pushTask(row, manual)).toMatchObject({ success: true });
    expect(await planned()).toMatchObject([{ path: 'tasks/other', action: 'push' }]);
    expect(await at.sync.pushTask(await at.reader.find(row.id), manual)).toMatchObject({ success: true, error: null });
  });
  it('says why the repository refused, and keeps the change', async () => {
    await sync();
    await at.upstream.installHook('pre-receive', '#!/bin/sh\necho "Policy: no pushes on Fridays" >&2\nexit 1\n');
    await edit('() => 7\n')();
    const [result] = await push();
    expect(result).toMatchObject({ success: false, error: { code: 'PUSH_REJECTED' } });
    expect(result?.error?.message).toContain('no pushes on Fridays');
    expect(await at.taskAt('tasks/sum')).toMatchObject({
      needsPush: true,
      pushStatus: 'failed',
      sourceCode: '() => 7\n',
    });
  });
  it('holds back a task that cannot run, unless forced', async () => {
    await sync();
    await edit('const = 1\n')();
    expect((await push())[0]).toMatchObject({ success: false, error: { code: 'TASK_INVALID' } });
    const row = await at.reader.find((await at.taskAt('tasks/sum')).id);
    expect(await at.sync.pushTask(row, { ...manual, broken: true })).toMatchObject({ success: true });
  });
});

describe('both sides', () => {
  it('merge different fields of one metadata.json, and both values reach both sides', async () => {
    await sync();
    const task = await at.taskAt('tasks/sum');
    await at.editor.patch(task.id, { description: 'written here' }, { actor: una });
    await at.upstream.commit({ 'tasks/sum/metadata.json': metadata('Sum', { version: '1.1.0' }) });
    expect(counts(await sync())).toEqual([0, 0, 0, 1, 0]);
    const expected = metadata('Sum', { version: '1.1.0', description: 'written here' });
    expect(await at.taskAt('tasks/sum')).toMatchObject({
      version: '1.1.0',
      description: 'written here',
      needsPush: true,
    });
    expect((await push())[0]).toMatchObject({ success: true });
    expect(await at.upstreamText('tasks/sum/metadata.json')).toBe(expected);
    expect(await planned()).toEqual([]);
  });

  const local = source.replace('const c = 3', "const c = 'here'");
  const remote = source.replace('const c = 3', "const c = 'there'");
  async function conflict() {
    await sync();
    await edit(local)();
    await at.upstream.commit({ 'tasks/sum/main.js': remote });
    const result = await sync();
    expect(result.conflicts).toHaveLength(1);
    return result.conflicts[0] as SyncResult['conflicts'][number];
  }
  it('show both texts of a line both changed, and lose neither', async () => {
    const open = await conflict();
    expect(open).toMatchObject({ conflictType: 'both_modified', autoResolvable: false, status: 'open' });
    expect(open.files[0]?.hunks).toMatchObject([
      { base: '  const c = 3;\n', local: "  const c = 'here';\n", remote: "  const c = 'there';\n" },
    ]);
    expect(await at.taskAt('tasks/sum')).toMatchObject({ sourceCode: local, syncStatus: 'conflict' });
    expect((await push())[0]).toMatchObject({ success: false, error: { code: 'SYNC_CONFLICT' } });
    expect(await at.upstreamText('tasks/sum/main.js')).toBe(remote);
    const again = await sync();
    expect(again.conflicts.map((c) => c.id)).toEqual([open.id]);
  });
  it.each([
    ['take_local', {}, local],
    ['take_remote', {}, remote],
    ['merge', { choices: { 'main.js': { h1: 'remote' as const } } }, remote],
    ['manual', { files: { 'main.js': '() => 8\n' } }, '() => 8\n'],
  ] as const)('are decided by %s', async (resolution, more, expected) => {
    const open = await conflict();
    const resolved = await at.desk.resolve({ id: open.id, resolution, ...more }, una);
    expect(resolved).toMatchObject({ status: 'resolved', resolution, resolvedBy: 'Una' });
    expect((await at.taskAt('tasks/sum')).sourceCode).toBe(expected);
    await push();
    expect(await at.upstreamText('tasks/sum/main.js')).toBe(expected);
    expect(await planned()).toEqual([]);
    await expect(at.desk.resolve({ id: open.id, resolution, ...more }, una)).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
    });
  });
  it('refuse a decision made on what is no longer there', async () => {
    const open = await conflict();
    await at.upstream.commit({ 'tasks/sum/main.js': '() => 9\n' });
    const refused = await at.desk.resolve({ id: open.id, resolution: 'take_local' }, una).catch((error) => error);
    expect(refused).toMatchObject({ code: 'CONFLICT_MOVED', details: { conflict: { id: open.id, status: 'open' } } });
    expect(refused.details.conflict.files[0].remote).toBe('() => 9\n');
    expect((await at.taskAt('tasks/sum')).sourceCode).toBe(local);
  });
  it('settle by themselves when they come to agree', async () => {
    const open = await conflict();
    await edit(remote)();
    expect(counts(await sync())).toEqual([0, 0, 0, 0, 0]);
    expect(await at.desk.get(open.id)).toMatchObject({ status: 'superseded' });
    expect(await at.taskAt('tasks/sum')).toMatchObject({ syncStatus: 'synced', needsPush: false });
  });
  it.each([
    ['take_local', null],
    ['take_remote', '() => 10\n'],
  ] as const)('edit against delete: %s', async (resolution, expected) => {
    await sync();
    await at.editor.delete((await at.taskAt('tasks/sum')).id, { actor: una });
    await at.upstream.commit({ 'tasks/sum/main.js': '() => 10\n' });
    const [open] = (await sync()).conflicts;
    expect(open?.conflictType).toBe('local_deleted');
    await at.desk.resolve({ id: open?.id ?? '', resolution }, una);
    await push();
    expect((await at.upstreamText('tasks/sum/main.js')) ?? null).toBe(expected);
    expect(await planned()).toEqual([]);
    if (expected) expect((await at.taskAt('tasks/sum')).sourceCode).toBe(expected);
  });
});

describe('edits', () => {
  it('refuse a stale revision and change nothing', async () => {
    await sync();
    const task = await at.taskAt('tasks/sum');
    await edit('() => 11\n')();
    const late = at.editor.patch(task.id, { sourceCode: 'lost?' }, { actor: una, expectedRevision: 1 });
    await expect(late).rejects.toMatchObject({ code: 'REVISION_MISMATCH', details: { currentRevision: 2 } });
    expect(await at.taskAt('tasks/sum')).toMatchObject({ sourceCode: '() => 11\n', revision: 2 });
  });
  it('are all in history, and any revision comes back', async () => {
    await sync();
    const { id } = await at.taskAt('tasks/sum');
    await edit('() => 12\n')();
    await edit('() => 13\n')();
    expect((await at.reader.history(id, { page: 1, limit: 10 })).items.map((v) => v.revision)).toEqual([3, 2, 1]);
    const back = await at.editor.rollback(id, 1, { actor: una });
    expect(back).toMatchObject({ sourceCode: source, revision: 4, syncStatus: 'synced', needsPush: false });
    const diff = await at.reader.diff(id, 2, 3);
    expect(diff.files[0]?.diff).toContain('-() => 12');
  });
  it('side by side all survive', async () => {
    await sync();
    const { id } = await at.taskAt('tasks/sum');
    await Promise.all(
      Array.from({ length: 10 }, (_, i) => at.editor.patch(id, { metadata: { [`m${i}`]: i } }, { actor: una })),
    );
    const { metadata: found, revision } = await at.taskAt('tasks/sum');
    expect(revision).toBe(11);
    expect(found).toMatchObject(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`m${i}`, i])));
  });
  it('during a sync are not lost', async () => {
    await sync();
    await at.upstream.commit({ 'tasks/sum/metadata.json': metadata('Sum', { version: '2.0.0' }) });
    const [result] = await Promise.all([sync(), edit('() => 14\n')()]);
    expect(result.conflicts).toEqual([]);
    await sync();
    expect(await at.taskAt('tasks/sum')).toMatchObject({ sourceCode: '() => 14\n', version: '2.0.0' });
  });
});

it('a conflict whose document is gone on both sides is open no more', async () => {
  await sync();
  await at.upstream.commit({ 'tasks/sum/main.js': source.replace('const b = 2', 'const b = 20') });
  await edit(source.replace('const b = 2', 'const b = 30'))();
  expect((await sync()).conflicts).toHaveLength(1);
  await at.editor.delete((await at.taskAt('tasks/sum')).id, { actor: una });
  await at.upstream.commit({
    'tasks/sum/main.js': null,
    'tasks/sum/metadata.json': null,
    'tasks/sum/notes.bin': null,
  });
  for (let round = 0; round < 2; round++) expect((await sync()).conflicts).toEqual([]);
  expect(await planned()).toEqual([]);
});

it('a conflict over a document that both sides made, and both took away again, is open no more', async () => {
  await sync();
  const made = await at.editor.create(
    { name: 'Fresh', sourceCode: '() => 1\n', sourceType: 'javascript', repositoryPath: 'fresh' },
    una,
  );
  await at.upstream.commit({ 'fresh/metadata.json': metadata('Fresh'), 'fresh/main.js': source });
  expect((await sync()).conflicts).toMatchObject([{ conflictType: 'no_base' }]);
  await at.editor.delete(made.id, { actor: una });
  await at.upstream.commit({ 'fresh/metadata.json': null, 'fresh/main.js': null });
  expect((await sync()).conflicts).toEqual([]);
});
