import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeOpenSpecProject } from '@ratchet/testing/openspec-project';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateChange } from '../src/kinds/openspec/validate-change.ts';
import { draftedChange, mainSpecs, rareDeltas } from './openspec-drafts.ts';
import { filesBelow } from './openspec-folder.ts';
import { openspec, type ToolIssue } from './openspec-tool.ts';

/** What the tool says → the name of our rule. */
const rules: readonly [RegExp, string][] = [
  [/^Delta spec found at specs\/spec\.md/, 'root_spec'],
  [/^Delta spec found at/, 'unread_delta'],
  [/is ignored by validation/, 'stray_heading'],
  [/^RENAMED (FROM|TO): .* has no matching/, 'unpaired_rename'],
  [/which is not a delta section/, 'orphan_requirement'],
  [/^Duplicate /, 'duplicate_requirement'],
  [/is missing requirement text|must contain SHALL or MUST/, 'missing_text'],
  [/should contain SHALL or MUST/, 'missing_shall'],
  [/must include at least one scenario/, 'no_scenario'],
  [/omits scenario/, 'scenario_lost'],
  [/^Requirement present in both/, 'in_two_sections'],
  [/^MODIFIED references old name/, 'modified_old_name'],
  [/^RENAMED TO collides/, 'rename_collides'],
  [/were found, but no requirement entries/, 'no_entries'],
  [/^No delta sections found/, 'no_delta_sections'],
  [/^skip_specs is set but \.openspec\.yaml is not valid/, 'bad_metadata'],
  [/but spec files exist under specs/, 'skip_specs_conflict'],
  [/zero deltas accepted$/, 'skip_specs'],
  [/^Change must have at least one delta/, 'no_deltas'],
  [/^This change counts as 0 tasks/, 'no_checkbox'],
  [/is under group/, 'task_group'],
  [/is duplicated; it was first/, 'duplicate_task'],
  [/^Archive would refuse this delta/, 'archive_refuses'],
  [/is not a change: it is a folder wrapping/, 'wraps_changes'],
];

const ownPaths: Readonly<Record<string, string>> = {
  bad_metadata: '.openspec.yaml',
  skip_specs_conflict: 'file',
  skip_specs: 'file',
  no_deltas: 'file',
  wraps_changes: 'file',
};
const remarks = new Set(['no_why', 'short_why', 'long_why', 'no_what_changes', 'many_deltas', 'not_utf8']);

const theirs = ({ level, path, message }: ToolIssue): string => {
  const rule = rules.find(([pattern]) => pattern.test(message))?.[1] ?? `unknown: ${message}`;
  return `${level.toLowerCase()} ${rule} ${ownPaths[rule] ?? path}`;
};

interface Item {
  readonly id: string;
  readonly type: string;
  readonly valid: boolean;
  readonly issues: readonly ToolIssue[];
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ratchet-openspec-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Compares both verdicts on every change of a project, strict and not. */
async function compare(project: string): Promise<Item[]> {
  const specs = await filesBelow(join(project, 'openspec/specs'));
  let items: Item[] = [];
  for (const strict of [false, true]) {
    const { stdout } = await openspec(
      project,
      'validate',
      '--changes',
      '--json',
      '--no-interactive',
      ...(strict ? ['--strict'] : []),
    );
    items = (JSON.parse(stdout) as { items: Item[] }).items;
    for (const item of items) {
      const files = await filesBelow(join(project, 'openspec/changes', item.id));
      const ours = validateChange(files, { strict, specs, schemas: new Set(['spec-driven']) });
      const told = ours.problems
        .filter(({ code }) => !remarks.has(code))
        .map(({ severity, code, path }) => `${severity} ${code} ${ownPaths[code] ?? path.replace(/^specs\//, '')}`);
      const texts = () => [...files].map(([path, bytes]) => `--- ${path}\n${Buffer.from(bytes).toString()}`).join('\n');
      expect({ valid: ours.valid, told: told.sort() }, `${item.id}, strict: ${strict}\n${texts()}`).toEqual({
        valid: item.valid,
        told: item.issues.map(theirs).sort(),
      });
      for (const { line, path } of ours.problems) {
        const lines = Buffer.from(files.get(path) ?? [])
          .toString()
          .split(/\r\n?|\n/).length;
        if (line !== undefined) expect(line >= 1 && line <= lines).toBe(true);
      }
    }
  }
  return items;
}

describe('validation', () => {
  it('agrees with OpenSpec on changes as people draft them', async () => {
    const project = join(folder, 'drafts');
    for (const [path, text] of Object.entries(mainSpecs)) await put(project, `openspec/specs/${path}`, text);
    const rare = rareDeltas.map((text) => ({ 'specs/one/spec.md': text }));
    const drafts = [...rare, ...fc.sample(draftedChange, 400)];
    for (const [at, files] of drafts.entries())
      for (const [path, text] of Object.entries(files))
        await put(project, `openspec/changes/draft-${at}/${path}`, text);
    for (const path of ['area/inner/proposal.md', 'area/deep/er/specs/x/spec.md'])
      await put(project, `openspec/changes/wraps/${path}`, 'x');
    await put(project, 'openspec/changes/wraps-not/notes/readme.txt', 'x');
    const items = await compare(project);
    expect(items.length).toBe(drafts.length + 2);
    expect(items.filter(({ valid }) => valid).length).toBeGreaterThan(20);
    const seen = new Set(items.flatMap(({ issues }) => issues.map((issue) => theirs(issue).split(' ')[1])));
    expect(rules.map(([, rule]) => rule).filter((rule) => !seen.has(rule))).toEqual([]);
  });

  it('agrees with OpenSpec on a project of a hundred changes', async () => {
    const project = join(folder, 'hundred');
    await writeOpenSpecProject(project, { changes: 100, archived: 0, seed: 5 });
    expect((await compare(project)).length).toBe(100);
  });
});

describe('remarks on a proposal', () => {
  const codes = (proposal: string) => {
    const { problems } = validateChange(new Map([['proposal.md', new TextEncoder().encode(proposal)]]));
    return problems.filter(({ path }) => path === 'proposal.md').map(({ severity, code }) => `${severity} ${code}`);
  };
  it.each([
    ['# A\n', ['info no_why', 'info no_what_changes']],
    ['## Why\nshort\n## What Changes\n- x\n', ['info short_why']],
    [`## Why\n${'long '.repeat(300)}\n## What Changes\n- x\n`, ['info long_why']],
    [`## Why\n${'w'.repeat(50)}\n## What Changes\n- x\n`, []],
  ])('%j', (proposal, expected) => {
    expect(codes(proposal)).toEqual(expected);
  });
});

async function put(project: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(project, path)), { recursive: true });
  await writeFile(join(project, path), text);
}
