import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { specList } from '@ratchet/contract/operations/specs';
import { writeOpenSpecProject } from '@ratchet/testing/openspec-project';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { byRevision, page, type SpecBench, specBench } from './spec-bench.ts';
import { manual, una } from './workbench.ts';

const at = 'changes/add-login';
const tasks = '- [ ] 1.1 The form\n- [ ] 1.2 The mail\n';
const by = { actor: una };

let bench: SpecBench;
beforeEach(async () => {
  bench = await specBench();
});
afterEach(() => bench.close());

/** Files below a folder by path, with their modes. */
function contents(folder: string, within = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(join(folder, within), { withFileTypes: true })) {
    const path = within === '' ? entry.name : `${within}/${entry.name}`;
    if (entry.isDirectory()) for (const [name, text] of contents(folder, path)) found.set(name, text);
    else {
      const mode = statSync(join(folder, path)).mode & 0o111 ? 'x' : '-';
      found.set(path, `${mode} ${readFileSync(join(folder, path)).toString('base64')}`);
    }
  }
  return found;
}

const specs = async () => (await bench.reader.list(specList, page)).items;
const openspec = fileURLToPath(new URL('../bin/openspec.js', import.meta.resolve('@fission-ai/openspec')));
const tool = (...args: string[]): string =>
  execFileSync(process.execPath, [openspec, ...args], {
    cwd: bench.root,
    encoding: 'utf8',
    env: { ...process.env, OPENSPEC_TELEMETRY: '0', CI: '1' },
  });
/** What it answers where it exits with a code too. */
const answered = (...args: string[]): string => {
  try {
    return tool(...args);
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
};

describe('a project of a hundred changes', () => {
  test('is taken over whole, counted as OpenSpec counts it, and written out byte by byte', async () => {
    await writeOpenSpecProject(bench.root, { changes: 100, archived: 10 });
    const project = await bench.register();
    expect(project).toMatchObject({ specCount: 100, archivedCount: 10 });
    const listed = JSON.parse(tool('list', '--json')) as {
      changes: { name: string; completedTasks: number; totalTasks: number }[];
    };
    const ours = (await specs()).filter(({ archived }) => !archived);
    const counts = (rows: readonly { name: string; done: number; total: number }[]) =>
      rows.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(counts(ours.map(({ id, taskCounts }) => ({ name: id, ...taskCounts })))).toEqual(
      counts(
        listed.changes.map(({ name, completedTasks, totalTasks }) => ({
          name,
          done: completedTasks,
          total: totalTasks,
        })),
      ),
    );
    expect(await bench.syncs.sync(project.id, manual)).toMatchObject({ message: 'Nothing changed.' });

    // Out of the database into a folder that has nothing: a side that holds makes the other one alike.
    const before = contents(bench.place('changes'));
    rmSync(bench.place('changes'), { recursive: true });
    mkdirSync(bench.place('changes'));
    const guarded = await bench.syncs.sync(project.id, manual).catch((error) => error);
    expect(guarded).toMatchObject({ code: 'GUARD_TRIPPED' });
    const written = await bench.syncs.sync(project.id, { ...manual, direction: 'db_to_fs' });
    expect(written).toMatchObject({ specsWritten: 110 });
    expect(contents(bench.place('changes'))).toEqual(before);
    expect(await bench.syncs.sync(project.id, manual)).toMatchObject({ message: 'Nothing changed.' });
  });

  test('is judged as OpenSpec judges it, by what else the project holds too', async () => {
    await writeOpenSpecProject(bench.root, { changes: 40, archived: 2, seed: 5 });
    const text = (requirement: string) =>
      `# Mail\n\n## Purpose\nIt sends what people are to know, and tells when that failed.\n\n## Requirements\n\n### Requirement: ${requirement}\nIt SHALL send.\n\n#### Scenario: One\n- **WHEN** asked\n- **THEN** it sends\n`;
    const delta = (requirement: string) =>
      `## MODIFIED Requirements\n\n### Requirement: ${requirement}\nIt SHALL send.\n\n#### Scenario: One\n- **WHEN** asked\n- **THEN** it sends\n`;
    bench.write('specs/mail/spec.md', text('Sending'));
    for (const [id, requirement] of [
      ['fix-sending', 'Sending'],
      ['fix-nothing', 'Nothing of the kind'],
    ] as const) {
      bench.write(
        `openspec/changes/${id}/proposal.md`,
        '## Why\nIt is wrong, and people ask for it each day anew.\n\n## What Changes\n- Mail\n',
      );
      bench.write(`changes/${id}/tasks.md`, '- [ ] 1.1 Do it\n');
      bench.write(`changes/${id}/specs/mail/spec.md`, delta(requirement));
    }
    bench.write('config.yaml', 'schema: spec-driven\n');
    bench.write('changes/fix-sending/.openspec.yaml', 'schema: of-nobody\ncreated: 2026-01-31\n');
    await bench.register();
    const said = JSON.parse(answered('validate', '--changes', '--json', '--no-interactive')) as {
      items: { id: string; valid: boolean }[];
    };
    const verdicts = await Promise.all(
      said.items.map(async ({ id }) => ({
        id,
        valid: (await bench.editor.validate(await bench.reader.find(id), false)).valid,
      })),
    );
    expect(verdicts).toEqual(said.items.map(({ id, valid }) => ({ id, valid })));
    expect(verdicts.filter(({ id }) => id.startsWith('fix-nothing') || id === 'fix-sending')).toHaveLength(2);
    expect(new Set(verdicts.map(({ valid }) => valid))).toEqual(new Set([true, false]));
  });
});

describe('both sides changed', () => {
  /** The database says mine, the files say theirs. */
  async function disputed() {
    bench.write(`${at}/tasks.md`, tasks);
    bench.write(`${at}/proposal.md`, '# Change: Login\n\n## Why\nNobody can sign in.\n');
    const project = await bench.register({ isWritable: false });
    const row = await bench.reader.find('add-login');
    await bench.editor.update(row, { tasksContent: tasks.replace('The form', 'Mine') }, by);
    await bench.desk.change(project.id, { isWritable: true }, undefined);
    bench.write(`${at}/tasks.md`, tasks.replace('The form', 'Theirs'));
    bench.write(`${at}/proposal.md`, '# Change: Login\n\n## Why\nNobody can sign in any more.\n');
    const result = await bench.syncs.sync(project.id, manual);
    expect(result.conflicts).toMatchObject([{ specId: 'shop/add-login', fields: ['tasks'] }]);
    return { project, id: row.id };
  }
  const versions = async () => (await bench.reader.versions('add-login', byRevision, page)).items;
  const has = async (word: string) => (await versions()).some(({ tasksContent }) => tasksContent?.includes(word));

  test('a conflict keeps both sides as they are, and says which parts differ', async () => {
    await disputed();
    expect(bench.read(`${at}/tasks.md`)).toContain('Theirs');
    expect(await bench.reader.get('add-login')).toMatchObject({ syncStatus: 'conflict' });
    const shown = await bench.editor.conflicts(await bench.reader.find('add-login'), una);
    expect(shown).toMatchObject({ conflict: true });
    expect(shown.differences.map(({ field, conflicting }) => [field, conflicting])).toEqual([
      ['why', false],
      ['tasks', true],
    ]);
  });

  test.each([
    ['fs_to_db', 'Theirs', 'Mine'],
    ['db_to_fs', 'Mine', 'Theirs'],
  ] as const)('forced %s, %s holds and %s is in history', async (direction, holds, loses) => {
    const { project } = await disputed();
    const result = await bench.syncs.sync(project.id, { ...manual, direction });
    expect(result).toMatchObject({ conflicts: [], failures: [] });
    expect(bench.read(`${at}/tasks.md`)).toContain(holds);
    expect(await bench.reader.get('add-login')).toMatchObject({ syncStatus: 'synced', conflictId: null });
    expect((await bench.reader.get('add-login')).tasksContent).toContain(holds);
    expect(await has(loses)).toBe(true);
    expect(await bench.syncs.sync(project.id, manual)).toMatchObject({ message: 'Nothing changed.' });
  });

  test.each([
    ['filesystem_wins', undefined, 'Theirs', 'Mine'],
    ['database_wins', undefined, 'Mine', 'Theirs'],
    ['manual', { 'tasks.md': '- [ ] Agreed\n' }, 'Agreed', 'Theirs'],
  ] as const)('decided by %s', async (resolution, files, holds, loses) => {
    const { project, id } = await disputed();
    const row = await bench.reader.find(id);
    await bench.resolver.resolveFor(row, { resolution, files }, una);
    expect(bench.read(`${at}/tasks.md`)).toContain(holds);
    expect(await bench.reader.get(id)).toMatchObject({ syncStatus: 'synced', conflictId: null });
    expect(await has(loses)).toBe(true);
    expect(await bench.syncs.sync(project.id, manual)).toMatchObject({ message: 'Nothing changed.' });
  });

  test('decided where conflicts of all kinds are, hunk by hunk', async () => {
    const { project } = await disputed();
    const { items } = await bench.conflicts.list({ filters: {}, sorts: [], defaultSort: [] }, page);
    expect(items).toMatchObject([{ documentKind: 'openspec_change', taskId: null, repositoryId: project.id }]);
    const conflict = items[0];
    const hunk = conflict?.files.find(({ path }) => path === 'tasks.md')?.hunks[0]?.id ?? '';
    const resolved = await bench.conflicts.resolve(
      { id: conflict?.id ?? '', resolution: 'merge', choices: { 'tasks.md': { [hunk]: 'both' } } },
      una,
    );
    expect(resolved).toMatchObject({ status: 'resolved', resolution: 'merge' });
    expect(bench.read(`${at}/tasks.md`)).toContain('Mine');
    expect(bench.read(`${at}/tasks.md`)).toContain('Theirs');
    expect(bench.read(`${at}/proposal.md`)).toContain('any more');
  });

  test('what a side moved since is not decided', async () => {
    const { id } = await disputed();
    bench.write(`${at}/tasks.md`, 'else\n');
    const row = await bench.reader.find(id);
    const late = bench.resolver.resolveFor(row, { resolution: 'database_wins' }, una);
    await expect(late).rejects.toMatchObject({ code: 'CONFLICT_MOVED' });
    expect(bench.read(`${at}/tasks.md`)).toBe('else\n');
  });
});

describe('folders', () => {
  test('archived by OpenSpec’s own tool, a change keeps its identity and history', async () => {
    bench.write(`${at}/tasks.md`, tasks.replaceAll('[ ]', '[x]'));
    bench.write(`${at}/proposal.md`, '# Change: Login\n\n## Why\nNobody can sign in.\n\n## What Changes\n- A form\n');
    bench.write('project.md', '# Shop\n');
    const project = await bench.register();
    const { id } = await bench.reader.find('add-login');
    tool('archive', 'add-login', '-y', '--no-validate');
    await bench.syncs.sync(project.id, { ...manual, trigger: 'file_watcher' });
    const [archived] = (await specs()).filter((spec) => spec.archived);
    expect(archived).toMatchObject({ documentId: id, archived: true, status: 'archived', revision: 2 });
    expect((await bench.reader.versions(id, byRevision, page)).items).toHaveLength(2);
    expect((await specs()).length).toBe(1);
  });

  test('a project whose folder is gone says so, deletes nothing, and is in step when it is back', async () => {
    bench.write(`${at}/tasks.md`, tasks);
    bench.write('changes/add-cart/tasks.md', tasks);
    const project = await bench.register();
    renameSync(bench.root, `${bench.root}-away`);
    const gone = bench.syncs.sync(project.id, { ...manual, trigger: 'periodic' });
    await expect(gone).rejects.toMatchObject({ code: 'REPOSITORY_UNREACHABLE', message: /folder of the project/ });
    expect(await bench.desk.get(project.id)).toMatchObject({ syncStatus: 'error', specCount: 2 });
    expect((await specs()).map(({ syncError }) => syncError)).toEqual([
      expect.stringContaining('does not exist'),
      expect.stringContaining('does not exist'),
    ]);
    const row = await bench.reader.find('add-login');
    const edit = bench.editor.updateTask(row, { n: 0, done: true }, by);
    await expect(edit).rejects.toMatchObject({ code: 'REPOSITORY_UNREACHABLE' });
    renameSync(`${bench.root}-away`, bench.root);
    await bench.syncs.sync(project.id, manual);
    expect(await bench.desk.get(project.id)).toMatchObject({ syncStatus: 'success', syncError: null });
    expect((await bench.reader.find('add-login')).revision).toBe(1);
  });
});

test('two nodes edit one change at once, and nothing is lost', async () => {
  const many = Array.from({ length: 12 }, (_, n) => `- [ ] ${n + 1}. Task ${n}\n`).join('');
  bench.write(`${at}/tasks.md`, many);
  await bench.register();
  const other = bench.node();
  const row = await bench.reader.find('add-login');
  await Promise.all(
    Array.from({ length: 12 }, (_, n) =>
      (n % 2 === 0 ? bench : other).editor.updateTask(row, { n, done: true }, { actor: una }),
    ),
  );
  expect(bench.read(`${at}/tasks.md`)).toBe(many.replaceAll('[ ]', '[x]'));
  expect(await bench.reader.find('add-login')).toMatchObject({ revision: 13, syncStatus: 'synced' });
});
