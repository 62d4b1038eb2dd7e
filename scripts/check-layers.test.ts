import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const manifest = (name: string, dependencies: Record<string, string> = {}): string =>
  JSON.stringify({ name, type: 'module', exports: { './*': './src/*.ts' }, dependencies });

/** A small workspace in which every import is allowed. */
const sound: Record<string, string> = {
  'package.json': JSON.stringify({ name: 'fixture', private: true, workspaces: ['packages/*', 'apps/*'] }),
  'node_modules/zod/package.json': JSON.stringify({ name: 'zod', main: 'index.js' }),
  'node_modules/zod/index.js': 'export const z = 1;\n',
  'node_modules/lodash/package.json': JSON.stringify({ name: 'lodash', main: 'index.js' }),
  'node_modules/lodash/index.js': 'export const map = 1;\n',
  'packages/contract/package.json': manifest('@ratchet/contract', { zod: '4.6.7', lodash: '1.0.0' }),
  'packages/contract/src/task.ts': "import { z } from 'zod';\nexport const task = z;\n",
  'packages/sync-core/package.json': manifest('@ratchet/sync-core'),
  'packages/sync-core/src/tree.ts': 'export const tree = 1;\nexport type Tree = number;\n',
  'packages/sync/package.json': manifest('@ratchet/sync', { '@ratchet/sync-core': '0.1.0' }),
  'packages/sync/src/cycle.ts':
    "import { readFileSync } from 'node:fs';\nimport { tree } from '@ratchet/sync-core/tree';\nexport const cycle = [readFileSync, tree];\n",
  'packages/sync/test/cycle.test.ts': "import { fake } from '@ratchet/testing/fake';\nexport const used = fake;\n",
  'packages/runner/package.json': manifest('@ratchet/runner'),
  'packages/runner/src/protocol.ts': 'export const protocol = 1;\n',
  'packages/runner/src/isolate.ts': 'export const isolate = 1;\n',
  'packages/sandbox/package.json': manifest('@ratchet/sandbox', { '@ratchet/runner': '0.1.0' }),
  'packages/sandbox/src/pool.ts':
    "import { protocol } from '@ratchet/runner/protocol';\nexport const pool = protocol;\n",
  'packages/testing/package.json': manifest('@ratchet/testing'),
  'packages/testing/src/fake.ts': 'export const fake = 1;\n',
  'packages/client/package.json': manifest('@ratchet/client', { '@ratchet/contract': '0.1.0' }),
  'packages/client/src/client.ts': "import { task } from '@ratchet/contract/task';\nexport const client = task;\n",
  'apps/server/package.json': manifest('@ratchet/server', { '@ratchet/sync': '0.1.0' }),
  'apps/server/src/start.ts': "import { cycle } from '@ratchet/sync/cycle';\nexport const start = cycle;\n",
  'apps/cli/package.json': manifest('@ratchet/cli', { '@ratchet/client': '0.1.0', '@ratchet/server': '0.1.0' }),
  'apps/cli/src/main.ts':
    "import { client } from '@ratchet/client/client';\nexport const main = async () => [client, await import('@ratchet/server/start')];\n",
};

/** Runs the check as the test command does, over the sound workspace with `changes` laid on top. */
function check(changes: Record<string, string>, least = 10): { status: number | null; lines: string[]; said: string } {
  const root = mkdtempSync(join(tmpdir(), 'ratchet-layers-'));
  made.push(root);
  const files = { ...sound, ...changes };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  mkdirSync(join(root, 'node_modules/@ratchet'), { recursive: true });
  for (const path of Object.keys(files))
    if (/^(packages|apps)\/[^/]+\/package\.json$/.test(path))
      symlinkSync(join(root, dirname(path)), join(root, 'node_modules/@ratchet', basename(dirname(path))));
  const script = join(import.meta.dirname, 'check-layers.ts');
  const run = spawnSync(process.execPath, [script, '--root', root, '--least', String(least)], { encoding: 'utf8' });
  return { status: run.status, lines: run.stderr.trim().split('\n').filter(Boolean), said: run.stdout };
}

describe('check-layers', () => {
  it('passes a workspace in which every import is allowed, and has followed imports between packages', () => {
    const { status, lines, said } = check({});
    expect(lines).toEqual([]);
    expect(status).toBe(0);
    expect(said).toContain('11 modules and 7 imports between packages');
  });

  const violations: [name: string, path: string, text: string, rule: string][] = [
    ['an import upwards', 'packages/contract/src/up.ts', "import '@ratchet/sync/cycle';", 'packages-contract-imports'],
    [
      'a type taken from a floor above',
      'packages/contract/src/up.ts',
      "import type { cycle } from '@ratchet/sync/cycle';\nexport type C = typeof cycle;",
      'packages-contract-imports',
    ],
    ['a library where none is allowed', 'packages/sync-core/src/x.ts', "import 'zod';", 'packages-sync-core-libraries'],
    [
      'another library than the one allowed',
      'packages/contract/src/x.ts',
      "import 'lodash';",
      'packages-contract-libraries',
    ],
    ['Node in a pure package', 'packages/sync-core/src/x.ts', "import 'node:fs';", 'packages-sync-core-node'],
    ['Node without its prefix', 'packages/client/src/x.ts', "import 'fs';", 'packages-client-node'],
    [
      'another file of the runner',
      'packages/sandbox/src/x.ts',
      "import '@ratchet/runner/isolate';",
      'packages-sandbox-imports',
    ],
    ['the server imported at once', 'apps/cli/src/x.ts', "import '@ratchet/server/start';", 'apps-cli-on-demand'],
    ['test parts in a source', 'packages/sync/src/x.ts', "import '@ratchet/testing/fake';", 'testing-from-tests-only'],
    [
      'the tests of another package',
      'packages/client/test/x.test.ts',
      "import '../../sync/test/cycle.test.ts';",
      'no-test-from-elsewhere',
    ],
    ['a test in a source', 'packages/sync/src/x.ts', "import '../test/cycle.test.ts';", 'no-test-from-source'],
    ['Node in the page', 'apps/web/src/x.tsx', "import 'node:fs';", 'apps-web-node'],
    ['a server in the page', 'apps/web/src/x.tsx', "import '@ratchet/sync/cycle';", 'apps-web-imports'],
    ['an undeclared library', 'packages/sync/src/x.ts', "import 'lodash';", 'declared-libraries-only'],
    ['an import that leads nowhere', 'packages/sync/src/x.ts', "import './gone.ts';", 'no-unresolved'],
    [
      'a path into another package',
      'packages/sync/src/x.ts',
      "import '../../sync-core/src/tree.ts';",
      'path-into-package',
    ],
  ];
  it.each(violations)('refuses %s', (_name, path, text, rule) => {
    const { status, lines } = check({ [path]: `${text}\nexport {};\n` });
    expect(lines.filter((line) => line.startsWith(`${rule}: ${path}`))).toHaveLength(1);
    expect(status).toBe(1);
  });

  it('refuses a cycle, through types alone too', () => {
    const { status, lines } = check({
      'packages/sync/src/a.ts': "import type { B } from './b.ts';\nexport type A = B | 1;\n",
      'packages/sync/src/b.ts': "import type { A } from './a.ts';\nexport type B = A | 2;\n",
    });
    expect(lines.some((line) => line.startsWith('no-cycle: '))).toBe(true);
    expect(status).toBe(1);
  });

  it('refuses an import whose package does not lead to its sources', () => {
    const { status, lines } = check({
      'packages/sync-core/package.json': JSON.stringify({
        name: '@ratchet/sync-core',
        exports: { './*': './built/*.js' },
      }),
      'packages/sync-core/built/tree.js': 'export const tree = 1;\n',
    });
    expect(lines.filter((line) => line.startsWith('not-a-source: packages/sync/src/cycle.ts'))).toHaveLength(1);
    expect(status).toBe(1);
  });

  it('does not pass when it has seen too little', () => {
    expect(check({}, 12)).toMatchObject({ status: 1, lines: [expect.stringContaining('too-few-modules: 11 found')] });
    const empty = mkdtempSync(join(tmpdir(), 'ratchet-layers-'));
    made.push(empty);
    const run = spawnSync(process.execPath, [join(import.meta.dirname, 'check-layers.ts'), '--root', empty]);
    expect(run.status).toBe(1);
  });
});
