import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Difference, differences } from '../src/kinds/openspec/differences.ts';
import { folderFault, newChangeFiles } from '../src/kinds/openspec/new-change.ts';
import { projectChange } from '../src/kinds/openspec/project-change.ts';
import { validateChange } from '../src/kinds/openspec/validate-change.ts';

type Texts = Record<string, string>;
const filesOf = (texts: Texts | null) =>
  texts && new Map(Object.entries(texts).map(([path, text]) => [path, new TextEncoder().encode(text)]));
const compare = (base: Texts | null, filesystem: Texts | null, database: Texts | null): readonly Difference[] =>
  differences({ base: filesOf(base), filesystem: filesOf(filesystem), database: filesOf(database) });
const briefly = (...sides: Parameters<typeof compare>) =>
  compare(...sides).map(({ field, conflicting }) => (conflicting ? `${field}!` : field));

const base: Texts = {
  'proposal.md': '# Change: A\n\n## Why\nw\n\n## What Changes\n- x\n\n## Impact\n- i\n\n## Capabilities\n- c\n',
  'tasks.md': '- [ ] a\n',
  'design.md': 'd\n',
  'specs/one/spec.md': 's\n',
  'notes.txt': 'n\n',
};
const proposal = (from: string, to: string): Texts => ({
  ...base,
  'proposal.md': (base['proposal.md'] ?? '').replace(from, to),
});

describe('differences', () => {
  it.each<[string, Parameters<typeof compare>, string[]]>([
    ['none', [base, base, base], []],
    ['both the same', [base, proposal('w', 'v'), proposal('w', 'v')], []],
    ['a why, on one side', [base, proposal('\nw', '\nv'), base], ['why']],
    ['a why, on the other', [base, base, proposal('\nw', '\nv')], ['why']],
    ['a why, on both', [base, proposal('\nw', '\nv'), proposal('\nw', '\nu')], ['why!']],
    [
      'a title and an impact',
      [base, proposal('# Change: A', '# Change: B'), proposal('- i', '- j')],
      ['title', 'impact'],
    ],
    [
      'tasks on both, a why on one',
      [base, { ...base, 'tasks.md': 'x' }, { ...proposal('\nw', '\nv'), 'tasks.md': 'y' }],
      ['why', 'tasks!'],
    ],
    [
      'design, specs and files',
      [base, { ...base, 'design.md': 'e', 'specs/two/spec.md': 't' }, { ...base, 'notes.txt': 'm' }],
      ['design', 'specs', 'files'],
    ],
    [
      'two specs, each on one side',
      [base, { ...base, 'specs/a/spec.md': 't' }, { ...base, 'specs/b/spec.md': 't' }],
      ['specs'],
    ],
    ['what no field covers', [base, proposal('- c', '- d'), base], ['files']],
    ['what no field covers, beside a why', [base, proposal('- c', '- d'), proposal('\nw', '\nv')], ['why', 'files']],
    [
      'line endings only',
      [base, { ...base, 'proposal.md': (base['proposal.md'] ?? '').replaceAll('\n', '\r\n') }, base],
      ['files'],
    ],
    [
      'one that is gone',
      [base, null, base],
      ['title', 'why', 'whatChanges', 'impact', 'design', 'tasks', 'specs', 'files'],
    ],
    ['one that is gone, and edited', [{ 'tasks.md': 'a' }, null, { 'tasks.md': 'b' }], ['tasks!']],
    ['no base', [null, { 'tasks.md': 'a' }, { 'tasks.md': 'b' }], ['tasks!']],
    ['one that is new', [null, { 'tasks.md': 'a' }, null], ['tasks']],
  ])('%s', (_, sides, expected) => {
    expect(briefly(...sides)).toEqual(expected);
  });

  it('shows what differs', () => {
    const bytes = new Map([['a.bin', Uint8Array.of(0xff)]]);
    expect(compare(base, { ...base, 'tasks.md': 'x' }, base)).toEqual([
      { field: 'tasks', base: '- [ ] a\n', filesystem: 'x', database: '- [ ] a\n', conflicting: false },
    ]);
    expect(compare(base, { ...base, 'specs/b/spec.md': 't' }, base)).toEqual([
      { field: 'specs', base: null, filesystem: 'specs/b/spec.md:\nt', database: null, conflicting: false },
    ]);
    expect(differences({ base: null, filesystem: bytes, database: null })[0]?.filesystem).toMatch(
      /^a\.bin:\n1 bytes, SHA-256 a8100ae6aa/,
    );
  });

  it('are there exactly where the files differ, and conflict only where both sides changed', () => {
    const text = fc.constantFrom(
      '',
      'a',
      '# T\n',
      '# T\n## Why\nw\n',
      '# U\n## Why\nv\n',
      '# T\r\n## Why\r\nw\r\n',
      '## Impact\n',
      '# T\n## Other\n',
    );
    const side = fc.option(
      fc.dictionary(fc.constantFrom('proposal.md', 'tasks.md', 'design.md', 'specs/a/spec.md', 'x'), text),
      { nil: null },
    );
    fc.assert(
      fc.property(side, side, side, (was, fs, db) => {
        const sorted = (one: Texts | null) => JSON.stringify(Object.entries(one ?? {}).sort());
        expect(compare(was, fs, db).length > 0).toBe(sorted(fs) !== sorted(db));
        expect(compare(was, fs, was).some(({ conflicting }) => conflicting)).toBe(false);
        expect(compare(was, db, fs).map(({ field, conflicting }) => [field, conflicting])).toEqual(
          compare(was, fs, db).map(({ field, conflicting }) => [field, conflicting]),
        );
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a new change', () => {
  const created = '2026-01-31';
  it('has a proposal and tasks to be filled in, and is valid with a spec', () => {
    const files = newChangeFiles('add-two-factor-auth', { created });
    expect(projectChange('openspec/changes/add-two-factor-auth', files)).toMatchObject({
      title: 'Add two factor auth',
      status: 'in_progress',
      designContent: null,
    });
    expect(
      validateChange(files)
        .problems.filter(({ severity }) => severity !== 'info')
        .map(({ code }) => code),
    ).toEqual(['no_deltas']);
    const spec = '## ADDED Requirements\n\n### Requirement: A\nIt SHALL.\n\n#### Scenario: s\n- x\n';
    expect(
      validateChange(new Map([...files, ['specs/a/spec.md', new TextEncoder().encode(spec)]]), { strict: true }).valid,
    ).toBe(true);
  });

  it('takes what it is given', () => {
    const files = newChangeFiles('a', { proposal: 'p', tasks: 't', design: 'd', created });
    expect([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])).toEqual([
      ['.openspec.yaml', 'schema: spec-driven\ncreated: 2026-01-31\n'],
      ['proposal.md', 'p'],
      ['tasks.md', 't'],
      ['design.md', 'd'],
    ]);
  });

  it.each(['a', 'add-x', 'a1-2'])('may be called %s', (folder) => expect(folderFault(folder)).toBeNull());
  it.each(['', 'archive', 'A', 'a b', '-a', 'a-', 'a--b', '../a', '.a', 'a/b', 'größe', 'a'.repeat(201)])(
    'may not be called %j',
    (folder) => {
      expect(folderFault(folder)).toMatch(/name/i);
    },
  );
});
