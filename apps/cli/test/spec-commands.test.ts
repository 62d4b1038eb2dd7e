import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operations } from '@ratchet/contract/operations/table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runInProcess } from './run-in-process.ts';
import { type ServerProcess, serve } from './server-process.ts';

let folder: string;
let server: ServerProcess;
const changes = () => join(folder, 'shop', 'openspec', 'changes');
const proposal =
  '## Why\n\nPasswords alone are not enough for people who pay.\n\n## What Changes\n\n- Ask for a code\n';
const tasks =
  '## 1. Build\r\n\r\n- [ ] 1.1 The form\r\n- [ ] 1.2 The code\r\n\r\n## 2. Roll out\r\n\r\n- [ ] 2.1 Tell the users\r\n';
const delta =
  '## ADDED Requirements\n\n### Requirement: A second factor\nThe system SHALL ask for a code.\n\n#### Scenario: A code\n- **WHEN** somebody signs in\n- **THEN** a code is asked for\n';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-spec-commands-'));
  const change = join(changes(), 'add-two-factor-auth');
  mkdirSync(join(change, 'specs', 'login'), { recursive: true });
  mkdirSync(join(folder, 'shop', 'openspec', 'specs'), { recursive: true });
  writeFileSync(join(change, 'proposal.md'), proposal);
  writeFileSync(join(change, 'tasks.md'), tasks);
  writeFileSync(join(change, 'specs', 'login', 'spec.md'), delta);
  server = await serve(folder);
  const added = await ratchet('spec', 'project', 'add', 'shop', join(folder, 'shop'));
  if (added.code !== 0) throw new Error(added.err);
});
afterAll(async () => {
  await server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const env = (more: Record<string, string> = {}) => ({
  PATH: process.env.PATH ?? '',
  HOME: folder,
  RATCHET_SERVER_URL: server.address,
  ...more,
});
const ratchet = (...args: string[]) => runInProcess(args, { env: env() });
const json = async (...args: string[]) => JSON.parse((await ratchet('--json', ...args)).out);
const file = (name: string) => readFileSync(join(changes(), 'add-two-factor-auth', name), 'utf8');
const change = 'shop/add-two-factor-auth';

it('lists and shows what the files hold', async () => {
  expect((await ratchet('spec', 'list')).out).toMatch(/shop\/add-two-factor-auth +0\/3 +in_progress +synced/);
  expect((await ratchet('spec', 'list', '--status', 'complete')).out).toBe('Nothing.\n');
  const shown = await ratchet('spec', 'show', 'add-two-factor-auth');
  expect(shown.out).toMatch(/1\. Build\n +0 {2}\[ \] 1\.1 The form\n +1 {2}\[ \] 1\.2 The code\n\n2\. Roll out/);
  expect((await ratchet('spec', 'show', change, '--part', 'tasks')).out).toBe(tasks);
  expect((await ratchet('spec', 'status', 'shop')).out).toMatch(/synced +1/);
  expect((await ratchet('spec', 'validate', change)).code).toBe(0);
});

it('ticks, unticks, adds and removes tasks, and nothing else changes', async () => {
  expect((await ratchet('spec', 'tick', change, '1.1', 'tell the users')).out).toMatch(/tasks +2\/3/);
  const ticked = tasks.replace('[ ] 1.1', '[x] 1.1').replace('[ ] 2.1', '[x] 2.1');
  expect(file('tasks.md')).toBe(ticked);
  expect(await ratchet('spec', 'tick', change, '1.2', '9.9')).toMatchObject({
    code: 1,
    err: expect.stringContaining('9.9'),
  });
  expect(file('tasks.md')).toBe(ticked);
  expect((await ratchet('spec', 'untick', change, '--position', '0', '2')).code).toBe(0);
  expect(file('tasks.md')).toBe(tasks);
  expect((await ratchet('spec', 'add-task', change, 'Write it down', '--group', '2. Roll out')).out).toMatch(
    /tasks +0\/4/,
  );
  expect(file('tasks.md')).toContain('Write it down\r\n');
  expect((await ratchet('spec', 'remove-task', change, 'Write it down')).code).toBe(0);
  expect(file('tasks.md')).toBe(tasks);
  expect((await ratchet('spec', 'tick', change, '1.2', '--text', 'The code by mail')).code).toBe(0);
  expect(file('tasks.md')).toBe(tasks.replace('[ ] 1.2 The code', '[x] 1.2 The code by mail'));
});

it('edits files by options and in an editor', async () => {
  const design = join(folder, 'design.md');
  writeFileSync(design, '## Context\n\nNone.\n');
  expect((await ratchet('spec', 'edit', change, '--design', `@${design}`, '--because', 'review')).code).toBe(0);
  expect(file('design.md')).toBe('## Context\n\nNone.\n');
  const editor = join(folder, 'editor.sh');
  writeFileSync(editor, '#!/bin/sh\nsed -i "s/None/Some/" "$1"\n');
  chmodSync(editor, 0o755);
  const edited = await runInProcess(['spec', 'edit', change, '--open', 'design'], { env: env({ EDITOR: editor }) });
  expect(edited.code).toBe(0);
  expect(file('design.md')).toContain('Some.');
  expect((await ratchet('spec', 'versions', change)).out).toMatch(/review/);
  const { items } = await json('spec', 'versions', change);
  expect((await ratchet('spec', 'versions', change, String(items.at(-1).revision))).out).toContain('--- proposal.md');
  expect((await ratchet('spec', 'rollback', change, String(items.at(-1).revision))).code).toBe(0);
  expect(existsSync(join(changes(), 'add-two-factor-auth', 'design.md'))).toBe(false);
  expect(file('tasks.md')).toBe(tasks);
});

it('decides where both sides changed the same', async () => {
  await ratchet('spec', 'project', 'edit', 'shop', '--pause', '--read-only');
  await ratchet('spec', 'edit', change, '--proposal', proposal.replace('a code', 'a code by mail'));
  writeFileSync(join(changes(), 'add-two-factor-auth', 'proposal.md'), proposal.replace('a code', 'a code by phone'));
  const synced = await ratchet('spec', 'sync', change);
  expect(synced).toMatchObject({
    code: 3,
    out: expect.stringMatching(/conflict shop\/add-two-factor-auth: whatChanges/),
  });
  const shown = await ratchet('spec', 'conflicts', change);
  expect(shown.out).toMatch(/whatChanges: both sides changed it\n(.*\n)*.*by phone(.*\n)*.*by mail/);
  expect(await ratchet('spec', 'resolve', change)).toMatchObject({ code: 2, err: expect.stringContaining('--take') });
  await ratchet('spec', 'project', 'edit', 'shop', '--resume', '--writable');
  expect((await ratchet('spec', 'resolve', change, '--take', 'database')).code).toBe(0);
  await ratchet('spec', 'sync', change);
  expect(file('proposal.md')).toContain('by mail');
  expect((await ratchet('spec', 'conflicts', change)).out).toBe('Both sides hold the same.\n');
  expect((await ratchet('spec', 'history', change)).out).toMatch(/db_to_fs/);
});

it('begins, archives, deletes and brings back', async () => {
  expect((await ratchet('spec', 'create', 'shop', 'add-search')).out).toMatch(/specId +shop\/add-search/);
  expect(existsSync(join(changes(), 'add-search', 'proposal.md'))).toBe(true);
  expect(await ratchet('spec', 'archive', change)).not.toMatchObject({ code: 0 });
  expect((await ratchet('spec', 'archive', change, '--force')).out).toMatch(/status +archived/);
  expect(existsSync(join(changes(), 'add-two-factor-auth'))).toBe(false);
  expect((await ratchet('spec', 'list', '--archived')).out).toContain('add-two-factor-auth');
  const deleted = await ratchet('spec', 'delete', 'shop/add-search');
  expect(existsSync(join(changes(), 'add-search'))).toBe(false);
  const [, back = ''] = /ratchet (spec rollback .*)\n/.exec(deleted.out) ?? [];
  expect((await ratchet(...back.split(' '))).code).toBe(0);
  expect(existsSync(join(changes(), 'add-search', 'proposal.md'))).toBe(true);
});

it('watches', async () => {
  const end = new AbortController();
  let said = '';
  const watched = runInProcess(['spec', 'watch', 'shop', '--json'], {
    env: env(),
    signal: end.signal,
    hear: (text) => {
      said += text;
    },
  });
  const sync = async () => {
    await ratchet('spec', 'sync');
    return said;
  };
  await expect.poll(sync, { timeout: 60_000 }).toMatch(/"type":"sync_completed"/);
  end.abort();
  await watched;
});

describe('commands that read, piped', () => {
  const called: Readonly<Record<string, string[]>> = {
    'spec project show': ['shop'],
    'spec show': ['shop/add-search'],
    'spec validate': ['shop/add-search'],
    'spec conflicts': ['shop/add-search'],
    'spec history': ['shop/add-search'],
    'spec versions': ['shop/add-search'],
  };
  const reads = operations.filter(
    ({ name, effect, cli, stream }) => /^(specs|projects)\./.test(name) && effect === 'read' && cli && !stream,
  );
  it.each(reads.map(({ cli = '' }) => [cli]))('%s: no colour, and JSON alone with --json', async (cli) => {
    const args = [...cli.split(' '), ...(called[cli] ?? [])];
    const people = await ratchet(...args);
    expect(people.out + people.err).not.toContain('\u001b');
    expect(people.code).not.toBe(2);
    JSON.parse((await ratchet('--json', ...args)).out);
  });
  it('a project that is removed leaves its folder', async () => {
    expect((await ratchet('spec', 'project', 'remove', 'shop', '--force')).code).toBe(0);
    expect(existsSync(changes())).toBe(true);
  });
});
