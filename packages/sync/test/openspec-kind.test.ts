import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeOpenSpecProject } from '@ratchet/testing/openspec-project';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addTask,
  readTaskBytes,
  removeTask,
  setTaskDone,
  setTaskText,
  type TaskEdit,
} from '../src/kinds/openspec/edit-tasks.ts';
import type { OpenSpecFields } from '../src/kinds/openspec/fields.ts';
import { createOpenSpecKind } from '../src/kinds/openspec/openspec-kind.ts';
import { changeOf, changePath, placeOf } from '../src/kinds/openspec/place.ts';
import { projectChange } from '../src/kinds/openspec/project-change.ts';
import type { RemoteFile } from '../src/remote.ts';
import { filesBelow } from './openspec-folder.ts';
import { openspec } from './openspec-tool.ts';

const kind = createOpenSpecKind();
const encode = (text: string) => new TextEncoder().encode(text);
const project = (files: Record<string, string | Uint8Array>, path = 'openspec/changes/add-x') =>
  projectChange(
    path,
    new Map(
      Object.entries(files).map(([name, content]) => [name, typeof content === 'string' ? encode(content) : content]),
    ),
  );
const listed = (...paths: string[]): RemoteFile[] =>
  paths.map((path) => ({ path, mode: '100644', size: 1, token: path }));

describe('what is a change', () => {
  it.each<[string, string[], Record<string, string[]>]>([
    ['nothing', ['README.md', 'openspec/project.md', 'openspec/specs/a/spec.md'], {}],
    [
      'a folder, whole',
      ['openspec/changes/a/proposal.md', 'openspec/changes/a/deep/er/x.bin', 'openspec/changes/a/.openspec.yaml'],
      {
        'openspec/changes/a': ['.openspec.yaml', 'deep/er/x.bin', 'proposal.md'],
      },
    ],
    ['a folder without a proposal', ['openspec/changes/a/notes.txt'], { 'openspec/changes/a': ['notes.txt'] }],
    [
      'one that is archived',
      ['openspec/changes/archive/2025-01-02-a/tasks.md'],
      { 'openspec/changes/archive/2025-01-02-a': ['tasks.md'] },
    ],
    [
      'files beside the folders',
      ['openspec/changes/README.md', 'openspec/changes/archive/README.md', 'openspec/changes/archive'],
      {},
    ],
    ['hidden folders', ['openspec/changes/.a/proposal.md', 'openspec/changes/archive/.b/x'], {}],
    [
      'backups, temporary files and what is never synced',
      [
        'openspec/changes/a/tasks.md.bak',
        'openspec/changes/a/.ratchet-tmp-1',
        'openspec/changes/a/node_modules/x',
        'openspec/changes/a/tasks.md',
      ],
      {
        'openspec/changes/a': ['tasks.md'],
      },
    ],
    [
      'changes in a folder, as the one that is listed',
      ['openspec/changes/mobile/a/proposal.md', 'openspec/changes/mobile/b/proposal.md'],
      {
        'openspec/changes/mobile': ['a/proposal.md', 'b/proposal.md'],
      },
    ],
    ['other folders of the name', ['x/openspec/changes/a/proposal.md', 'changes/a/proposal.md'], {}],
  ])('%s', async (_, paths, expected) => {
    const found = await kind.discover(listed(...paths), { watch: [], ignore: [] }, async () => new Map());
    expect(
      Object.fromEntries(
        found.map(({ path, root, files }) => [path, files.map((file) => file.path.slice(root.length)).sort()]),
      ),
    ).toEqual(expected);
    for (const { path, root } of found) expect(kind.rootOf(path, [])).toBe(root);
  });

  it('is narrowed by patterns', async () => {
    const files = listed('openspec/changes/a/proposal.md', 'openspec/changes/a/x.log', 'openspec/changes/b/notes.md');
    const found = await kind.discover(
      files,
      { watch: ['**/proposal.md'], ignore: ['**/*.log'] },
      async () => new Map(),
    );
    expect(found).toEqual([{ path: 'openspec/changes/a', root: 'openspec/changes/a/', files: [files[0]] }]);
  });

  it('has a place that reads back', () => {
    expect(placeOf('openspec/changes/a')).toEqual({ folder: 'a', archived: false, archivedOn: null });
    expect(placeOf('openspec/changes/archive/2025-01-02-a')).toEqual({
      folder: '2025-01-02-a',
      archived: true,
      archivedOn: '2025-01-02',
    });
    expect(placeOf('openspec/changes/archive/a')).toEqual({ folder: 'a', archived: true, archivedOn: null });
    for (const archived of [true, false])
      expect(changeOf(`${changePath('a', archived)}/b/c.md`)).toBe(changePath('a', archived));
  });
});

describe('what a change says', () => {
  it.each<[string, string, Partial<OpenSpecFields>]>([
    [
      '# Change: Add X\n\n## Why\nbecause\n\n## What Changes\n- a\n- b\n\n## Impact\n- none\n',
      'as usual',
      { title: 'Add X', why: 'because', whatChanges: '- a\n- b', impact: '- none', capabilities: null },
    ],
    [
      '\uFEFF# Add X ##\r\n\r\n## Why ##\r\na\r\nb\r\n',
      'with CRLF and a mark',
      { title: 'Add X', why: 'a\nb', whatChanges: null },
    ],
    [
      '# Proposal\n\n## Problem\np\n### Detail\nd\n\n## Motivation\nm\n\n## Solution\ns\n',
      'by other names',
      { title: 'add-x', why: 'p\n### Detail\nd\n\nm', whatChanges: 's' },
    ],
    [
      '# Proposal: Add X\n\n### 1. **Why**:\nw\n## Summary\ns',
      'with headings of any kind',
      { title: 'Add X', why: 'w', whatChanges: 's' },
    ],
    [
      '---\na: b\n---\nAdd X\n=====\n\n## Why\n```\n## Impact\n```\n',
      'with an underlined title',
      { title: 'Add X', why: '```\n## Impact\n```', impact: null },
    ],
    ['Only words.\n', 'without headings', { title: 'add-x', why: null, whatChanges: null }],
    [
      '# Change-log rules\n\n## Capabilities\n\n### New Capabilities\n- `a`: b\n',
      'with capabilities',
      { title: 'Change-log rules', capabilities: '### New Capabilities\n- `a`: b' },
    ],
    ['', 'with nothing', { title: 'add-x', why: null, proposalContent: '' }],
  ])('%j: %s', (proposal, _, expected) => {
    expect(project({ 'proposal.md': proposal })).toMatchObject(expected);
  });

  it('has a title, a state, sections and deltas', () => {
    const fields = project({
      'tasks.md': '- [x] a\n- [ ] b\n',
      'design.md': '# Design\n\nwords\n\n## Decisions\n### 1. One\nyes\n',
      'specs/identity/login/spec.md':
        '## ADDED Requirements\n\n### Requirement: A\nIt SHALL.\n\n#### Scenario: s\n- x\n\n#### Scenario: empty\n\n## REMOVED Requirements\n- ### Requirement: B\n\n## RENAMED Requirements\n- FROM: `### Requirement: C`\n- TO: `### Requirement: D`\n',
    });
    expect(fields).toMatchObject({ title: 'add-x', status: 'in_progress', proposalContent: null, archived: false });
    expect(fields.designSections).toEqual([
      { title: 'Design', level: 1, line: 1, content: 'words' },
      { title: 'Decisions', level: 2, line: 5, content: '' },
      { title: '1. One', level: 3, line: 6, content: 'yes' },
    ]);
    expect(fields.deltas).toEqual([
      { capability: 'identity/login', operation: 'added', requirement: 'A', from: null, scenarios: 1, line: 3 },
      { capability: 'identity/login', operation: 'removed', requirement: 'B', from: null, scenarios: 0, line: 12 },
      { capability: 'identity/login', operation: 'renamed', requirement: 'D', from: 'C', scenarios: 0, line: 15 },
    ]);
    expect(project({ 'tasks.md': '- [x] a' }).status).toBe('complete');
    expect(project({ 'tasks.md': 'none' }).status).toBe('no_tasks');
    expect(project({ 'tasks.md': '- [ ] a' }, 'openspec/changes/archive/2025-01-02-add-x')).toMatchObject({
      status: 'archived',
      title: 'add-x',
      problems: [],
    });
  });

  it('keeps texts as they are, and says where they are no UTF-8', () => {
    const fields = project({
      'proposal.md': '\uFEFF# A\r\n',
      'design.md': Uint8Array.of(65, 10, 0xff, 10),
      'tasks.md': '- [ ] a\0b\n',
    });
    expect(fields.proposalContent).toBe('\uFEFF# A\r\n');
    expect(fields.designContent).toBe('A\n\uFFFD\n');
    expect(fields.tasks.map(({ text }) => text)).toEqual(['a\uFFFDb']);
    expect(fields.problems.filter(({ code }) => code === 'not_utf8')).toMatchObject([
      { path: 'design.md', line: 2, severity: 'info' },
    ]);
    expect(kind.problemsOf(fields).map(({ code }) => code)).not.toContain('not_utf8');
  });

  it('says that a schema of its own may count other tasks', () => {
    const codes = (metadata: string) =>
      project({ '.openspec.yaml': metadata, 'tasks.md': '' }).problems.map(({ code }) => code);
    expect(codes('schema: ours\n')).toContain('other_schema');
    expect(codes('schema: spec-driven\n')).not.toContain('other_schema');
  });

  it('keeps the first five hundred problems', () => {
    const { problems } = project({
      'specs/a/spec.md': `## ADDED Requirements\n${'### Requirement: a\n'.repeat(1000)}`,
    });
    expect([problems.length, problems.at(-1)?.code]).toEqual([501, 'more_problems']);
  });

  it('can be anything, and loads', () => {
    const name = fc.constantFrom(
      'proposal.md',
      'tasks.md',
      'design.md',
      'specs/a/spec.md',
      'specs/spec.md',
      'specs/b.md',
      '.openspec.yaml',
      'x.bin',
    );
    const text = fc.array(
      fc.constantFrom(
        '# ',
        '## ',
        '### ',
        '#### ',
        'Why',
        'ADDED Requirements',
        'Requirement: ',
        'Scenario: ',
        'FROM: ',
        '`',
        '```',
        '\n',
        '\n',
        '\r\n',
        '- [ ] ',
        ' ',
        'x',
        '{',
        ': ',
        '&a',
        '*a',
        '\0',
        '\u2028',
      ),
      { maxLength: 40 },
    );
    const content = fc.oneof(
      text.map((parts) => encode(parts.join(''))),
      fc.uint8Array({ maxLength: 60 }),
    );
    fc.assert(
      fc.property(fc.dictionary(name, content), (files) => {
        const fields = project(files);
        expect(JSON.stringify(fields)).not.toContain('\\u0000');
        expect(JSON.stringify(fields).isWellFormed()).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('can be huge', () => {
    const much = 2_000_000;
    const lines = (line: string) => `${line}\n`.repeat(100_000);
    const whole = '# A\n## Why\n';
    for (const text of [
      ' '.repeat(much),
      '#'.repeat(much),
      `# ${' #'.repeat(much / 2)}`,
      'a'.repeat(much),
      lines('## Why'),
      lines('### Requirement: a'),
      lines('```'),
      `### Requirement: ${' '.repeat(much)}`,
      `${whole}${'\n'.repeat(much)}`,
    ])
      expect(
        project({
          'proposal.md': text,
          'tasks.md': text,
          'design.md': text,
          'specs/a/spec.md': `## ADDED Requirements\n${text}`,
          '.openspec.yaml': text,
        }).archived,
      ).toBe(false);
  });
});

function bytesOf(edit: TaskEdit): Uint8Array {
  if ('refused' in edit || !edit.bytes) throw new Error(JSON.stringify(edit));
  return edit.bytes;
}

describe('a project of a hundred changes', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ratchet-openspec-'));
    await writeOpenSpecProject(folder, { changes: 100, archived: 12, seed: 3 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is written alike from the same seed, and otherwise from another', async () => {
    const texts = async (name: string, seed: number) => {
      const other = join(folder, 'twins', name);
      await writeOpenSpecProject(other, { changes: 15, archived: 3, seed });
      const files = await filesBelow(other);
      return Object.fromEntries(
        [...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString('latin1')]).sort(),
      );
    };
    const [one, same, another] = [await texts('one', 1), await texts('same', 1), await texts('another', 2)];
    expect(same).toEqual(one);
    expect(another).not.toEqual(one);
    await rm(join(folder, 'twins'), { recursive: true });
  });

  it('is ticked, reworded, added to and undone, to the byte', async () => {
    const lists = [...(await filesBelow(join(folder, 'openspec/changes')))].filter(([path]) =>
      path.endsWith('/tasks.md'),
    );
    let edits = 0;
    for (const [, bytes] of lists)
      for (const [n, task] of readTaskBytes(bytes).tasks.entries()) {
        const ticked = bytesOf(setTaskDone(bytes, n, !task.done));
        expect([ticked.length, ticked.filter((byte, at) => byte !== bytes[at]).length]).toEqual([bytes.length, 1]);
        const back = bytesOf(setTaskText(bytesOf(setTaskText(bytes, n, 'other words')), n, task.text));
        // Words that are no UTF-8 cannot be given back.
        if (!task.text.includes('\uFFFD')) expect(Buffer.from(back).equals(bytes)).toBe(true);
        const added = addTask(bytes, { text: 'one more', after: n });
        const removed = removeTask(bytesOf(added), 'n' in added ? (added.n ?? -1) : -1);
        expect(Buffer.from(bytesOf(removed)).equals(bytes)).toBe(true);
        edits++;
      }
    expect(edits).toBeGreaterThan(300);
  });

  it('is listed as OpenSpec lists it, with its counts', async () => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
    const found = await kind.discover(listed(...paths), { watch: [], ignore: [] }, async () => new Map());
    const ours: { name: string; completedTasks: number; totalTasks: number }[] = [];
    for (const { path, root, files } of found) {
      const contents = await Promise.all(
        files.map(
          async (file): Promise<[string, Uint8Array]> => [
            file.path.slice(root.length),
            await readFile(join(folder, file.path)),
          ],
        ),
      );
      const projected = kind.project(path, new Map(contents));
      if ('unreadable' in projected) throw new Error(projected.unreadable.message);
      const { archived, folder: name, tasks } = projected.fields;
      if (!archived)
        ours.push({ name, completedTasks: tasks.filter(({ done }) => done).length, totalTasks: tasks.length });
    }
    const listing = await openspec(folder, 'list', '--json', '--sort', 'name');
    const { changes } = JSON.parse(listing.stdout) as { changes: (typeof ours)[number][] };
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(ours.sort(byName)).toEqual(
      changes.map(({ name, completedTasks, totalTasks }) => ({ name, completedTasks, totalTasks })).sort(byName),
    );
    expect([found.length, changes.length]).toEqual([112, 100]);
  });
});
