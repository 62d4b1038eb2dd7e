// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file's own variables are what is tested
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestDatabase } from '@ratchet/testing/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDeclarations } from '../src/declared-repositories.ts';
import { startServer } from '../src/start-server.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-declared-'));
  file = join(folder, 'repositories.yaml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (text: string, environment: Record<string, string> = {}) => {
  writeFileSync(file, text);
  return readDeclarations(file, environment);
};

describe('readDeclarations', () => {
  it('takes settings in snake_case, short words, and variables', () => {
    const [ops, folderOne] =
      read(
        [
          'repositories:',
          '  - name: ops',
          '    type: git',
          '    url: https://${HOST:-git.example.org}/ops.git',
          '    sync_interval_minutes: 1',
          '    push_policy: { branch_strategy: feature_branch, max_batch_size: 5 }',
          '    auth: { type: token, token_env: RATCHET_OPS_TOKEN }',
          '    metadata: { some_key: kept_as_it_is }',
          '    default: true',
          '  - { name: here, type: filesystem, path: "${FOLDER}" }',
        ].join('\n'),
        { FOLDER: '/srv/tasks' },
      ) ?? [];
    expect(ops).toMatchObject({
      uri: 'https://git.example.org/ops.git',
      repositoryType: 'git',
      syncIntervalMinutes: 1,
      pushPolicy: { branchStrategy: 'feature_branch', maxBatchSize: 5, batchChanges: true },
      authConfig: { type: 'token', tokenEnv: 'RATCHET_OPS_TOKEN' },
      metadata: { some_key: 'kept_as_it_is' },
      isDefault: true,
    });
    expect(folderOne).toMatchObject({ uri: '/srv/tasks', repositoryType: 'filesystem', isDefault: false });
  });
  it.each([
    ['a: [', /repositories\.yaml:1: /],
    ['repositories: 12', /is a list/],
    ['- name: x\n- type: git\n  name: y\n  url: u\n  colour: red', /yaml:1: repository 1: .*uri/],
    ['- {name: y, type: git, url: u}\n- {name: x, type: git, url: u, colour: red}', /yaml:2: repository 2: .*colour/],
    ['- {name: x, type: git, url: "${NO_SUCH}"}', /NO_SUCH is not set/],
  ])('says what is wrong, and where: %j', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
  it('knows an empty file from none', () => {
    expect(read('')).toEqual([]);
    expect(readDeclarations(join(folder, 'none.yaml'), {})).toBeNull();
  });
});

it('a start brings repositories in step with the file, and removes none', async () => {
  const database = await openTestDatabase();
  const declare = (text: string) => writeFileSync(file, text);
  mkdirSync(join(folder, 'a'));
  const repositories = async () => {
    const server = await startServer({
      port: 0,
      auth: 'none',
      dataDir: join(folder, 'data'),
      ...(database.url ? { databaseUrl: database.url } : {}),
      logLevel: 'silent',
      environment: { RATCHET_REPOSITORIES_FILE: file },
    });
    const answer = await fetch(`${server.address}/api/v1/repositories`);
    // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by the tests
    const { items } = (await answer.json()) as any;
    await server.close();
    return Object.fromEntries(items.map((each: { name: string }) => [each.name, each]));
  };
  try {
    declare(`- {name: a, type: filesystem, path: ${folder}/a}\n- {name: bad, type: filesystem, path: not-absolute}`);
    const first = await repositories();
    expect(first.a).toMatchObject({ declared: true, priority: 0, syncEnabled: true, revision: 1 });
    expect(first.bad).toBeUndefined();
    expect(first.local).toMatchObject({ declared: false, isDefault: true });
    expect((await repositories()).a).toMatchObject({ id: first.a.id, revision: 1 });
    declare(`- {name: a, type: filesystem, path: ${folder}/a, priority: 7, default: true}`);
    expect((await repositories()).a).toMatchObject({ id: first.a.id, priority: 7, isDefault: true });
    declare('');
    expect((await repositories()).a).toMatchObject({ id: first.a.id, declared: false, syncEnabled: false });
  } finally {
    await database.close();
  }
}, 60_000);
