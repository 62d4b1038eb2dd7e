import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { prepareMachine } from './prepare-machine.ts';

/** Tests of a step: how many passed, failed and were skipped. */
interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Step {
  readonly title: string;
  run(): Promise<Counts>;
}

const root = dirname(import.meta.dirname);
const bin = (name: string): string => join(root, 'node_modules/.bin', name);
const scratch = mkdtempSync(join(tmpdir(), 'ratchet-test-'));

/** Runs a command with its output on the terminal and answers its exit code; a signal counts as 1. */
const command = (file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      // Tests start many processes of the same code: what one has compiled the next one reads.
      env: { NODE_COMPILE_CACHE: join(scratch, 'compiled'), ...process.env, ...env },
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });

/** A step that passes or fails as one. */
const check = (title: string, file: string, ...args: string[]): Step => ({
  title,
  run: async () => {
    const passed = (await command(file, args)) === 0;
    return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
  },
});
const script = (title: string, name: string): Step => check(title, process.execPath, join('scripts', name));

/** What a step wrote as its counts. One that ended badly has failed at least once, whatever it wrote. */
function counted(code: number, report: string, read: (content: Record<string, number>) => Counts): Counts {
  const counts = existsSync(report)
    ? read(JSON.parse(readFileSync(report, 'utf8')))
    : { passed: 0, failed: 0, skipped: 0 };
  return { ...counts, failed: code === 0 ? counts.failed : Math.max(counts.failed, 1) };
}

const vitest = (
  title: string,
  database: 'postgresql' | 'embedded',
  args: readonly string[],
  part: string = database,
): Step => ({
  title,
  run: async () => {
    const report = join(scratch, `vitest-${part}.json`);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await command(bin('vitest'), ['run', ...args, ...reporters], { RATCHET_TEST_DB: database });
    return counted(code, report, (said) => ({
      passed: said.numPassedTests ?? 0,
      failed: said.numFailedTests ?? 0,
      skipped: (said.numPendingTests ?? 0) + (said.numTodoTests ?? 0),
    }));
  },
});

const examples: Step = {
  title: 'Examples: the tests of every example task, in the real sandbox',
  run: async () => {
    const report = join(scratch, 'examples.json');
    const code = await command(process.execPath, ['scripts/test-examples.ts', '--report', report]);
    return counted(code, report, (said) => ({ passed: said.passed ?? 0, failed: said.failed ?? 0, skipped: 0 }));
  },
};

const types = (title: string, project: string): Step =>
  check(title, process.execPath, 'node_modules/typescript-7/bin/tsc', '-p', project);

/** Folders whose tests open a database. Those of the page's do in a server, and say nothing about the database. */
const databaseFolders = (): string[] => {
  const folders = globSync('{packages,apps}/*/test/**/*.ts', { cwd: root, exclude: ['apps/web/**'] })
    .filter((path) => readFileSync(join(root, path), 'utf8').includes("'@ratchet/testing/database'"))
    .map((path) => path.split('/').slice(0, 2).join('/'));
  return [...new Set(folders)].sort();
};

/**
 * Tests with a database of their own, which is the same whatever the others have; and those of what surfaces say, whose
 * operations the requirements and the stories play on the embedded database too.
 */
const sameOnBoth = [
  ...[
    'abuse',
    'backup-commands',
    'commands',
    'execution-insight',
    'export',
    'fuzz',
    'lost-work',
    'mcp',
    'migrate-tasks',
    'output',
    'schedule-commands',
    'sign-in',
  ].map((name) => `apps/cli/test/${name}.test.ts`),
  'apps/cli/test/console/**',
  ...['graphql-abuse', 'graphql-protocol', 'graphql-same-as-rest', 'openapi', 'outgoing', 'refine', 'rest-routes'].map(
    (name) => `apps/server/test/${name}.test.ts`,
  ),
  ...['rest-scenario', 'mcp/conformance', 'mcp/reference', 'mcp/tools', 'burst'].map(
    (name) => `apps/server/test/${name}.test.ts`,
  ),
  ...['graphql', 'mcp', 'parity', 'roles', 'trpc', 'uniform-lists', 'uniform-mistakes'].map(
    (name) => `apps/server/test/requirements/${name}.test.ts`,
  ),
];

/** Tests of the page that open a browser. */
const browserTests = (): string[] =>
  globSync('apps/web/test/**/*.test.{ts,tsx}', { cwd: root }).filter((path) =>
    /from '[./]+\/(harness|chromium)\.ts'/.test(readFileSync(join(root, path), 'utf8')),
  );

/** Tests of outputs that need a server of another kind. */
const outputTests = [
  ['PostgreSQL', 'database'],
  ['MariaDB', 'database'],
  ['Redis', 'redis'],
  ['RabbitMQ', 'rabbitmq'],
  ['OpenSSL', 'email'],
  ['OpenSSL', 'redis'],
] as const;

function steps(): Step[] {
  const missing = prepareMachine();
  const leftOut = missing.has('git')
    ? ['packages/sync', 'packages/repositories', 'packages/testing', 'apps'].map((folder) => `--exclude=${folder}/**`)
    : [];
  if (missing.has('OpenSSH')) leftOut.push('--exclude=packages/sync/test/git-*ssh.test.ts');
  if (missing.has('tmux')) leftOut.push('--exclude=apps/cli/test/console/terminal/**');
  for (const [part, name] of outputTests)
    if (missing.has(part)) leftOut.push(`--exclude=packages/execution/test/output-${name}.test.ts`);
  const inBrowser = missing.has('git') || missing.has('Chromium') ? [] : browserTests();
  const database = missing.has('PostgreSQL') ? 'embedded' : 'postgresql';
  const apart = browserTests().map((path) => `--exclude=${path}`);
  return [
    types('Types', 'tsconfig.json'),
    types('Types of the page', 'apps/web/tsconfig.json'),
    types('Types of the tests of the page', 'apps/web/test/tsconfig.json'),
    check('Lint and format', bin('biome'), 'check', '.'),
    script('Layers: who imports whom', 'check-layers.ts'),
    check('Dead code', bin('knip'), '--no-progress'),
    script('Imports: every dependency loads', 'check-imports.ts'),
    script('File sizes', 'check-sizes.ts'),
    check('Page: it builds', process.execPath, 'apps/web/build.ts', '--if-changed'),
    script('Page: what the first load takes', 'check-first-load.ts'),
    ...(missing.has('PostgreSQL')
      ? [vitest('Tests, on the embedded database', 'embedded', [...leftOut, ...apart])]
      : [
          vitest('Tests, on PostgreSQL', 'postgresql', [...leftOut, ...apart]),
          vitest('Tests that open a database again, on the embedded one', 'embedded', [
            ...databaseFolders(),
            ...apart,
            ...leftOut,
            ...sameOnBoth.map((path) => `--exclude=${path}`),
          ]),
        ]),
    // A browser draws when it can: what a busy machine made late may try again, and is named.
    ...(inBrowser.length > 0
      ? [vitest('Tests of the page, in Chromium', database, [...inBrowser, '--retry=2'], 'page')]
      : []),
    examples,
  ];
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

async function main(): Promise<number> {
  const begun = performance.now();
  let [passed, failed, skipped] = [0, 0, 0];
  for (const step of steps()) {
    console.log(`\n=== ${step.title}`);
    const started = performance.now();
    const counts = await step.run();
    passed += counts.passed;
    failed += counts.failed;
    skipped += counts.skipped;
    const skips = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    console.log(`--- ${counts.passed} passed, ${counts.failed} failed${skips}, in ${seconds(started)}`);
    if (counts.failed > 0) break;
  }
  console.log(`\n${skipped > 0 ? `${skipped} skipped. ` : ''}Took ${seconds(begun)}.`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

if (Number(process.versions.node.split('.')[0]) < 24)
  throw new Error(`This is Node ${process.version}. Run "npm test", which finds the Node that the workspace pins.`);
try {
  process.exitCode = await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
