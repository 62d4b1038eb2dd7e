import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeOpenSpecProject } from '@ratchet/testing/openspec-project';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Archiving, planArchive } from '../src/kinds/openspec/plan-archive.ts';
import { draftedChange, mainSpecs, rareDeltas } from './openspec-drafts.ts';
import { filesBelow } from './openspec-folder.ts';
import { archive } from './openspec-tool.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ratchet-openspec-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const today = () => {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
};

const textsOf = (files: ReadonlyMap<string, Uint8Array>) =>
  Object.fromEntries([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString('latin1')]).sort());

/** What a project holds after a plan; as it was, where the plan refuses. */
async function planned(project: string, change: string, options: Partial<Archiving> = {}) {
  const files = await filesBelow(join(project, 'openspec/changes', change));
  const specs = await filesBelow(join(project, 'openspec/specs'));
  const plan = planArchive({
    folder: change,
    files,
    specs,
    archived: new Set(),
    date: today(),
    openTasks: true,
    schemas: new Set(['spec-driven']),
    ...options,
  });
  const all = await filesBelow(project);
  if (plan.refusals.length > 0) return { plan, texts: textsOf(all) };
  for (const [path, bytes] of files) {
    all.delete(`openspec/changes/${change}/${path}`);
    all.set(`${plan.to}/${path}`, bytes);
  }
  for (const [path, bytes] of plan.writes) all.set(path, bytes);
  return { plan, texts: textsOf(all) };
}

/** Where we refuse on purpose. */
const deviations = new Set(['retires_capability', 'main_spec_not_utf8']);

/** A project with the main specs and one change. */
async function draftProject(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const project = join(folder, name);
  for (const [path, text] of Object.entries(mainSpecs)) await put(project, `openspec/specs/${path}`, text);
  for (const [path, text] of Object.entries(files)) await put(project, `openspec/changes/draft/${path}`, text);
  return project;
}

describe('archiving', () => {
  it.each([
    ['with validation', {}],
    ['without validation', { skipValidation: true }],
    ['without specs', { skipSpecs: true }],
  ])('writes what OpenSpec writes, %s', async (name, options: { skipValidation?: boolean; skipSpecs?: boolean }) => {
    const rare = rareDeltas.map((text) => ({ 'specs/one/spec.md': text, 'tasks.md': '- [x] a\n' }));
    const drafts = [...rare, ...fc.sample(draftedChange, 150)];
    let archived = 0;
    let written = 0;
    for (const [at, draft] of drafts.entries()) {
      // Where it merges nothing, the tool takes a heading behind a byte order mark for none.
      if (options.skipSpecs && Object.values(draft).some((text) => text.startsWith('\uFEFF'))) continue;
      const project = await draftProject(`${name.replaceAll(' ', '-')}-${at}`, draft);
      const { plan, texts } = await planned(project, 'draft', options);
      const said = await archive(project, 'draft', {
        skipSpecs: options.skipSpecs,
        noValidate: options.skipValidation,
      });
      if (plan.refusals.length > 0 && plan.refusals.every(({ code }) => deviations.has(code))) continue;
      const told = `${JSON.stringify(draft, null, 2)}\n${JSON.stringify(plan.refusals)}\n${said}`;
      expect(textsOf(await filesBelow(project)), told).toEqual(texts);
      if (plan.refusals.length === 0) archived++;
      written += plan.writes.size;
    }
    expect(archived).toBeGreaterThan(15);
    if (!options.skipSpecs) expect(written).toBeGreaterThan(5);
  });

  it('writes what OpenSpec writes, one change after another', async () => {
    const project = join(folder, 'hundred');
    const { changes } = await writeOpenSpecProject(project, { changes: 40, archived: 2, seed: 7 });
    let archived = 0;
    for (const change of changes) {
      const { plan, texts } = await planned(project, change);
      const said = await archive(project, change);
      expect(textsOf(await filesBelow(project)), `${change}\n${JSON.stringify(plan.refusals)}\n${said}`).toEqual(texts);
      if (plan.refusals.length === 0) archived++;
    }
    expect(archived).toBeGreaterThan(10);
  });
});

describe('what is refused', () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  const plan = (files: Record<string, string>, more: Partial<Archiving> = {}) =>
    planArchive({
      folder: 'add-x',
      files: new Map(Object.entries(files).map(([path, text]) => [path, encode(text)])),
      specs: new Map(Object.entries(mainSpecs).map(([path, text]) => [path, encode(text)])),
      archived: new Set(),
      date: '2026-01-31',
      ...more,
    });
  const codes = (...asked: Parameters<typeof plan>) => plan(...asked).refusals.map(({ code }) => code);

  it.each<[string, Parameters<typeof plan>, string[]]>([
    ['nothing', [{ 'tasks.md': '- [x] a' }], []],
    ['open tasks', [{ 'tasks.md': '- [ ] a' }], ['open_tasks']],
    ['no open tasks where that is wanted', [{ 'tasks.md': '- [ ] a' }, { openTasks: true }], []],
    ['a folder that is taken', [{}, { archived: new Set(['2026-01-31-add-x']) }], ['archive_exists']],
    ['to retire a capability', [{ 'specs/one/spec.md': rareDeltas[8] ?? '' }], ['retires_capability']],
    [
      'a spec that is no UTF-8',
      [{ 'specs/one/spec.md': rareDeltas[10] ?? '' }, { specs: new Map([['one/spec.md', Uint8Array.of(0xff)]]) }],
      ['main_spec_not_utf8'],
    ],
    [
      'a spec that is broken',
      [
        { 'specs/one/spec.md': rareDeltas[10] ?? '' },
        { specs: new Map([['one/spec.md', encode('### Requirement: A\n')]]) },
      ],
      ['main_spec_broken'],
    ],
  ])('%s', (_, asked, expected) => {
    expect(codes(...asked)).toEqual(expected);
  });

  it('nothing takes longer than in proportion', () => {
    const each = (count: number, write: (n: number) => string) =>
      Array.from({ length: count }, (_, n) => write(n)).join('');
    const added = each(30_000, (n) => `### Requirement: R${n}\nIt SHALL.\n#### Scenario: s\n- x\n`);
    const main = `## Purpose\n${'p'.repeat(60)}\n## Requirements\n${added}`;
    const renamed = each(30_000, (n) => `- FROM: ### Requirement: R${n}\n- TO: ### Requirement: Q${n}\n`);
    const removed = each(29_999, (n) => `- ### Requirement: R${n}\n`);
    const specs = new Map([['one/spec.md', encode(main)]]);
    for (const text of [
      `## ADDED Requirements\n${added.replaceAll('R', 'N')}`,
      `## RENAMED Requirements\n${renamed}`,
      `## REMOVED Requirements\n${removed}`,
    ])
      expect(plan({ 'specs/one/spec.md': text.replaceAll('Nequirement', 'Requirement') }, { specs }).refusals).toEqual(
        [],
      );
  });

  it('a date before the name stays', () => {
    expect(plan({}, { folder: '2025-05-05-add-x' }).to).toBe('openspec/changes/archive/2025-05-05-add-x');
    expect(plan({}).to).toBe('openspec/changes/archive/2026-01-31-add-x');
  });
});

async function put(project: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(project, path)), { recursive: true });
  await writeFile(join(project, path), text);
}
