import type { Conflict } from '@ratchet/contract/entities/conflict';
import { describe, expect, it } from 'vitest';
import {
  begin,
  type Decisions,
  type FileDecision,
  goOn,
  missing,
  movedFiles,
  resolveInput,
  resultOf,
} from '../../src/pages/conflict/decisions.ts';

type File = Conflict['files'][number];

const file = (path: string, more: Partial<File>): File => ({
  path,
  state: 'conflict',
  base: 'base\n',
  local: 'local\n',
  remote: 'remote\n',
  merged: null,
  hunks: [],
  ...more,
});
const lines = file('main.js', {
  hunks: [{ id: 'h1', kind: 'lines', line: 1, base: 'base\n', local: 'local\n', remote: 'remote\n' }],
});
const merged = file('README.md', { state: 'merged', merged: 'both\n' });
const binary = file('logo.png', {
  base: null,
  local: null,
  remote: null,
  hunks: [{ id: 'file', kind: 'value', pointer: '' }],
});
const removed = file('old.txt', { state: 'remote_only', local: 'base\n', remote: null });

const conflictOf = (files: File[], more: Partial<Conflict> = {}): Conflict => ({
  id: '01912d68-783e-7a03-8467-5661c1243ad4',
  taskId: null,
  repositoryId: '01912d68-783e-7a03-8467-5661c1243ad5',
  repositoryPath: 'greet',
  conflictType: 'both_modified',
  files,
  autoResolvable: false,
  status: 'open',
  resolution: null,
  documentKind: 'task',
  documentId: null,
  revision: 3,
  createdAt: '2026-01-01T00:00:00Z',
  resolvedAt: null,
  resolvedBy: null,
  ...more,
});
const decided = (more: Partial<FileDecision>): FileDecision => ({
  text: 'chosen\n',
  unresolved: 0,
  choices: { h1: 'remote' },
  picked: { h1: 'remote' },
  by: 'lines',
  ...more,
});
const withFiles = (conflict: Conflict, files: Decisions['files'], more: Partial<Decisions> = {}): Decisions => ({
  ...begin(conflict),
  files,
  ...more,
});

describe('what is sent of a decision', () => {
  const conflict = conflictOf([lines, merged]);
  const cases: [string, Conflict, Decisions, object][] = [
    ['a side', conflict, withFiles(conflict, {}, { way: 'take_remote' }), { resolution: 'take_remote' }],
    [
      'choices that say it all',
      conflict,
      withFiles(conflict, { 'main.js': decided({}) }),
      { resolution: 'merge', choices: { 'main.js': { h1: 'remote' } } },
    ],
    [
      'a text that was edited',
      conflict,
      withFiles(conflict, { 'main.js': decided({ choices: null }) }),
      { resolution: 'manual', files: { 'main.js': 'chosen\n' } },
    ],
    [
      'the text where its sides moved since, whatever the choices are called',
      conflict,
      withFiles(conflict, { 'main.js': decided({ moved: true }) }),
      { resolution: 'manual', files: { 'main.js': 'chosen\n' } },
    ],
    [
      'a merge that was written over',
      conflict,
      withFiles(conflict, { 'main.js': decided({}) }, { written: { 'README.md': 'mine\n' } }),
      { resolution: 'manual', files: { 'README.md': 'mine\n' }, choices: { 'main.js': { h1: 'remote' } } },
    ],
    [
      'every file in conflict, where all is written by hand',
      conflict,
      withFiles(conflict, {}, { way: 'manual', written: { 'main.js': null } }),
      { resolution: 'manual', files: { 'main.js': null } },
    ],
    [
      'the side of what is not text',
      conflictOf([binary]),
      withFiles(conflictOf([binary]), {
        'logo.png': decided({ text: undefined, choices: { file: 'local' }, picked: { file: 'local' } }),
      }),
      { resolution: 'merge', choices: { 'logo.png': { file: 'local' } } },
    ],
  ];
  it.each(cases)('%s', (_name, of, decisions, sent) => {
    expect(resolveInput(of, decisions)).toEqual({ id: of.id, expectedRevision: 3, ...sent });
  });
});

describe('what a file will be', () => {
  const conflict = conflictOf([lines, merged, removed, binary]);
  const open = begin(conflict);
  const cases: [string, File, Decisions, string | null | undefined][] = [
    ['what is here, while it is open', lines, open, 'local\n'],
    ['what was chosen', lines, withFiles(conflict, { 'main.js': decided({}) }), 'chosen\n'],
    ['the merge', merged, open, 'both\n'],
    ['nothing, where the other side removed it', removed, open, null],
    ['unknown, where it is not text', binary, open, undefined],
    ['what is upstream', merged, { ...open, way: 'take_remote' }, 'remote\n'],
    ['gone with upstream', removed, { ...open, way: 'take_remote' }, null],
    ['kept as here', removed, { ...open, way: 'take_local' }, 'base\n'],
  ];
  it.each(cases)('%s', (_name, of, decisions, text) => {
    expect(resultOf(of, conflict, decisions)).toBe(text);
  });
});

describe('what is missing', () => {
  it('names the files with open places', () => {
    const conflict = conflictOf([lines, merged]);
    expect(missing(conflict, begin(conflict))).toBe('1 place is open in main.js.');
    expect(missing(conflict, withFiles(conflict, { 'main.js': decided({}) }))).toBeNull();
    expect(missing(conflict, { ...begin(conflict), way: 'take_local' })).toBeNull();
  });
  it('asks for a side of what is not text, however the rest is written', () => {
    const conflict = conflictOf([lines, binary]);
    expect(missing(conflict, { ...begin(conflict), way: 'manual' })).toBe('Choose a side for logo.png.');
  });
  it('does not let a task be kept without any file', () => {
    const gone = file('main.js', { state: 'remote_deleted', remote: null, hunks: [{ id: 'file', kind: 'value' }] });
    const conflict = conflictOf([gone], { conflictType: 'remote_deleted' });
    expect(begin(conflict).way).toBe('take_local');
    const nothing: Decisions = { ...begin(conflict), way: 'manual', written: { 'main.js': null } };
    expect(missing(conflict, nothing)).toBe('Nothing is left of it: delete it instead.');
  });
});

describe('a conflict whose sides moved', () => {
  it('keeps what was decided, by its text, and forgets files that are alike now', () => {
    const before = conflictOf([lines, merged]);
    const after = conflictOf([{ ...lines, local: 'newer\n' }], { revision: 4 });
    const decisions = withFiles(before, { 'main.js': decided({}), 'README.md': decided({}) });
    expect(movedFiles(after, decisions)).toEqual(['main.js']);
    const next = goOn(after, decisions);
    expect(next.revision).toBe(4);
    expect(Object.keys(next.files)).toEqual(['main.js']);
    expect(resolveInput(after, next)).toMatchObject({ resolution: 'manual', files: { 'main.js': 'chosen\n' } });
  });
});
