import { chmodSync, existsSync, renameSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { byRevision, byStart, page, type SpecBench, specBench } from './spec-bench.ts';
import { manual, una } from './workbench.ts';

const tasks = '## 1. Build\n\n- [ ] 1.1 The form\n- [ ] 1.2 The mail\n';
const proposal = '# Change: Add login\n\n## Why\nNobody can sign in.\n\n## What Changes\n- A form\n';
const at = 'changes/add-login';
const by = { actor: una };

let bench: SpecBench;
beforeEach(async () => {
  bench = await specBench();
  bench.write(`${at}/tasks.md`, tasks);
  bench.write(`${at}/proposal.md`, proposal);
});
afterEach(() => bench.close());

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { code?: string }) => error.code ?? error,
  );

describe('edits of a change', () => {
  test('a tick is in the file when it returns, and changes one byte', async () => {
    await bench.register();
    const row = await bench.reader.find('add-login');
    const ticked = await bench.editor.updateTask(row, { n: 0, done: true }, by);
    expect(bench.read(`${at}/tasks.md`)).toBe(tasks.replace('[ ] 1.1', '[x] 1.1'));
    expect(bench.read(`${at}/tasks.md.bak`)).toBe(tasks);
    expect(ticked).toMatchObject({ revision: 2, syncStatus: 'synced', syncError: null });
    expect(ticked.tasks.map(({ done }) => done)).toEqual([true, false]);
    const again = await bench.syncs.sync(ticked.repositoryId, manual);
    expect(again).toMatchObject({ specsUpdated: 0, specsWritten: 0, message: 'Nothing changed.' });
    const { items } = await bench.reader.syncHistory('add-login', byStart, page);
    expect(items[0]).toMatchObject({ direction: 'db_to_fs', trigger: 'user_edit', filesChanged: ['tasks.md'] });
  });

  test('what changed on disk meanwhile is taken over first', async () => {
    await bench.register();
    const row = await bench.reader.find('add-login');
    bench.write(`${at}/tasks.md`, `## 0. Before\n\n- [x] 0.1 Ask\n\n${tasks}`);
    bench.write(`${at}/design.md`, '# Design\n');
    const ticked = await bench.editor.updateTask(row, { n: 1, done: true }, by);
    expect(bench.read(`${at}/tasks.md`)).toContain('- [ ] 1.1 The form\n- [x] 1.2 The mail\n');
    expect(ticked.designContent).toBe('# Design\n');
    expect(ticked.revision).toBe(3);
  });

  test('texts written over what changed on disk are merged, or refused with the parts that differ', async () => {
    await bench.register();
    const row = await bench.reader.find('add-login');
    bench.write(`${at}/tasks.md`, `${tasks}\n## 2. Later\n\n- [ ] 2.1 Tell\n`);
    const merged = await bench.editor.update(row, { tasksContent: tasks.replace('# 1. Build', '# 1. Do') }, by);
    expect(merged.tasksContent).toContain('# 1. Do');
    expect(merged.tasksContent).toContain('2.1 Tell');
    bench.write(`${at}/tasks.md`, '- [ ] else\n');
    const clash = bench.editor.update(merged, { tasksContent: '- [ ] other\n' }, by);
    await expect(clash).rejects.toMatchObject({ code: 'SYNC_CONFLICT', details: { fields: ['tasks'] } });
    expect(bench.read(`${at}/tasks.md`)).toBe('- [ ] else\n');
  });

  test('a revision that is not the current one is refused', async () => {
    await bench.register();
    const row = await bench.reader.find('add-login');
    bench.write(`${at}/design.md`, '# Design\n');
    const late = bench.editor.updateTask(row, { n: 0, done: true }, { ...by, expectedRevision: 1 });
    expect(await codeOf(late)).toBe('REVISION_MISMATCH');
    expect(bench.read(`${at}/tasks.md`)).toBe(tasks);
  });

  test('a file that cannot be written leaves everything as it was', async () => {
    await bench.register();
    const row = await bench.reader.find('add-login');
    chmodSync(bench.place(`${at}/tasks.md`), 0o444);
    const edit = bench.editor.update(row, { proposalContent: '# Else\n', tasksContent: '- [x] all\n' }, by);
    await expect(edit).rejects.toMatchObject({ code: 'REPOSITORY_UNREACHABLE', message: /tasks\.md is read-only/ });
    expect(await bench.reader.find('add-login')).toMatchObject({
      revision: 1,
      tasksContent: tasks,
      syncStatus: 'synced',
    });
    expect([bench.read(`${at}/tasks.md`), bench.read(`${at}/proposal.md`)]).toEqual([tasks, proposal]);
    chmodSync(bench.place(`${at}/tasks.md`), 0o644);
    await bench.editor.update(row, { tasksContent: '- [x] all\n' }, by);
    expect(bench.read(`${at}/tasks.md`)).toBe('- [x] all\n');
  });

  test('made, deleted and brought back', async () => {
    const project = await bench.register();
    const made = await bench.editor.create(project.id, { id: 'add-search', tasksContent: '- [ ] find\n' }, by);
    expect(bench.read('changes/add-search/tasks.md')).toBe('- [ ] find\n');
    expect(bench.read('changes/add-search/proposal.md')).toContain('# Change: Add search');
    expect(await codeOf(bench.editor.create(project.id, { id: 'add-search' }, by))).toBe('ALREADY_EXISTS');
    const edited = await bench.editor.updateTask(made, { n: 0, done: true }, by);
    await bench.editor.delete(edited, by);
    expect(existsSync(bench.place('changes/add-search'))).toBe(false);
    expect(await codeOf(bench.reader.find('shop/add-search'))).toBe('NOT_FOUND');
    const gone = await bench.reader.find('shop/add-search', undefined, true);
    const back = await bench.editor.rollback(gone, 1, by);
    expect(back).toMatchObject({ id: made.id, revision: 4, tasksContent: '- [ ] find\n' });
    expect(bench.read('changes/add-search/tasks.md')).toBe('- [ ] find\n');
    const { items } = await bench.reader.versions('add-search', byRevision, page);
    expect(items.map(({ revision, changeSource, deleted }) => [revision, changeSource, deleted])).toEqual([
      [4, 'rollback', false],
      [3, 'api', true],
      [2, 'api', false],
      [1, 'api', false],
    ]);
  });

  test('an archived change is the same one at its new place', async () => {
    await bench.register();
    const row = await bench.reader.find('add-login');
    expect(await codeOf(bench.editor.archive(row, { skipSpecs: true, force: false }, by))).toBe('STATE_CONFLICT');
    const day = new Date().toISOString().slice(0, 10);
    const archived = await bench.editor.archive(row, { skipSpecs: true, force: true }, by);
    expect(archived).toMatchObject({ id: row.id, folder: `${day}-add-login`, archived: true, revision: 2 });
    expect(bench.read(`changes/archive/${day}-add-login/tasks.md`)).toBe(tasks);
    expect(existsSync(bench.place(at))).toBe(false);
    expect(await bench.syncs.sync(row.repositoryId, manual)).toMatchObject({ message: 'Nothing changed.' });
  });

  test('a folder renamed on disk stays the same change, with what was not written to it', async () => {
    const project = await bench.register({ isWritable: false });
    const row = await bench.reader.find('add-login');
    await bench.editor.updateTask(row, { n: 0, done: true }, by);
    expect(bench.read(`${at}/tasks.md`)).toBe(tasks);
    renameSync(bench.place(at), bench.place('changes/add-sign-in'));
    await bench.syncs.sync(project.id, manual);
    const moved = await bench.reader.find('add-sign-in');
    expect(moved).toMatchObject({ id: row.id, folder: 'add-sign-in', syncStatus: 'modified' });
    await bench.desk.change(project.id, { isWritable: true }, undefined);
    expect(await bench.syncs.sync(project.id, manual)).toMatchObject({ specsWritten: 1 });
    expect(bench.read('changes/add-sign-in/tasks.md')).toContain('[x] 1.1');
  });
});
