import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PushPolicy } from '@ratchet/contract/entities/repository';
import type { RepositoriesContext } from '@ratchet/repositories/context';
import { repositorySync } from '@ratchet/repositories/repository-sync';
import { taskEditor } from '@ratchet/repositories/task-editor';
import { taskStore } from '@ratchet/repositories/task-store';
import { newId } from '@ratchet/store/id';
import { openDatabase } from '@ratchet/store/open-database';
import { insertRepository } from '@ratchet/store/queries/repositories';
import { createGitRemote } from '@ratchet/sync/endpoints/git/git-remote';
import { createTaskKind } from '@ratchet/sync/kinds/task/task-kind';
import { startPostgres } from '@ratchet/testing/postgres';
import type { Row } from './frame/row.ts';

export const name = 'Sync with Git';

const actor = { kind: 'user', id: 'bench', name: 'Bench' } as const;
const manual = { trigger: 'manual', actor } as const;
const padding = `// ${'x'.repeat(1600)}\n`;

/** Imports, looks and pushes over the file protocol, beside git's own time for the same files. */
export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-bench-sync-'));
  const postgres = await startPostgres();
  const rows: Row[] = [];
  try {
    for (const count of [1000, 10_000]) {
      const upstream = makeUpstream(folder, count);
      const clone = milliseconds(() => git(folder, 'clone', '-q', '--no-local', upstream.bare, `clone-${count}`));
      for (const mode of ['PostgreSQL', 'embedded'] as const) {
        if (mode === 'PostgreSQL' && !postgres) continue;
        rows.push(...(await measure(folder, upstream, count, mode, postgres?.url ?? null, clone)));
      }
    }
  } finally {
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

interface Upstream {
  readonly work: string;
  readonly bare: string;
}

function makeUpstream(folder: string, count: number): Upstream {
  const [work, bare] = [join(folder, `work-${count}`), join(folder, `upstream-${count}.git`)];
  mkdirSync(work);
  for (let i = 0; i < count; i++) {
    const task = join(work, `tasks/t${i}`);
    mkdirSync(task, { recursive: true });
    const metadata = {
      name: `task ${i}`,
      uuid: crypto.randomUUID(),
      version: '1.0.0',
      description: 'measured',
      tags: ['bench'],
    };
    writeFileSync(join(task, 'metadata.json'), `${JSON.stringify(metadata, null, 2)}\n`);
    writeFileSync(join(task, 'main.js'), `(input) => ({ task: ${i}, n: input.n })\n${padding}`);
  }
  git(work, 'init', '-q', '-b', 'main');
  git(work, 'add', '-A');
  git(work, 'commit', '-qm', 'measured');
  git(folder, 'clone', '-q', '--bare', work, bare);
  git(work, 'remote', 'add', 'origin', bare);
  return { work, bare };
}

async function measure(
  folder: string,
  { work, bare }: Upstream,
  count: number,
  mode: string,
  server: string | null,
  clone: number,
): Promise<Row[]> {
  const dataDir = mkdtempSync(join(folder, 'data-'));
  const database = await openDatabase(mode === 'embedded' || server === null ? { dataDir } : { url: server });
  const context: RepositoriesContext = {
    database,
    kind: createTaskKind(),
    nodeId: newId(),
    now: () => new Date(),
    openRemote: async (row) =>
      createGitRemote({
        url: row.uri,
        branch: 'main',
        subPath: null,
        mirrorDir: join(dataDir, 'mirrors', row.id),
        auth: null,
        allowFileProtocol: true,
        committer: { name: 'Bench', email: 'bench@ratchet.invalid' },
      }),
    openForge: async () => null,
    log: () => {},
  };
  const id = newId();
  await insertRepository(database.db, {
    id,
    name: id,
    repositoryType: 'git',
    uri: `file://${bare}`,
    branch: 'main',
    watchPatterns: [],
    ignorePatterns: [],
    pushPolicy: PushPolicy.parse({ maxBatchSize: 1000 }),
    conflictPolicy: 'manual',
    metadata: {},
  });
  const sync = repositorySync(context);
  const editor = taskEditor(context, taskStore(context), () => {});
  const took = async (work: () => Promise<unknown>) => {
    const started = performance.now();
    await work();
    return performance.now() - started;
  };
  const row = (what: string, figure: number, target?: number, reference?: string): Row => ({
    what: `${what}, ${count.toLocaleString('en')} tasks, ${mode}`,
    figure: Math.round(figure),
    unit: 'ms',
    ...(target === undefined ? {} : { target }),
    ...(reference === undefined ? {} : { reference }),
  });
  try {
    const rows = [
      row(
        'first import',
        await took(() => sync.sync(id, manual)),
        count === 1000 ? 800 : 6000,
        `git clone ${Math.round(clone)} ms`,
      ),
    ];
    const lsRemote = milliseconds(() => git(folder, 'ls-remote', bare, 'refs/heads/main'));
    const looks = [];
    for (let i = 0; i < 5; i++) looks.push(await took(() => sync.sync(id, manual)));
    rows.push(row('nothing changed', median(looks), 150, `git ls-remote ${Math.round(lsRemote)} ms`));
    git(work, 'pull', '-q', 'origin', 'main');
    for (let i = 0; i < 100; i++)
      writeFileSync(join(work, `tasks/t${i}/main.js`), `() => ${Math.random()}\n${padding}`);
    git(work, 'commit', '-qam', 'a hundred');
    git(work, 'push', '-q', 'origin', 'main');
    const hundred = await took(() => sync.sync(id, manual));
    // The same hundred, by git itself, into the clone that it made for the first row.
    const there = join(folder, `clone-${count}`);
    const fetched = milliseconds(() => {
      git(there, 'fetch', '-q', 'origin', 'main');
      git(there, 'checkout', '-q', '--detach', 'FETCH_HEAD');
    });
    rows.push(row('100 changed remotely', hundred, 400, `git fetch and checkout ${Math.round(fetched)} ms`));
    const { rows: some } = await database.pool.query(
      'select id from ratchet.tasks where repository_id = $1 order by repository_path limit 1000',
      [id],
    );
    for (const task of some) await editor.patch(task.id, { description: `edited in ${dataDir}` }, { actor });
    const push = await took(() => sync.push(id, manual));
    const sent = gitPush(there, Math.min(count, 1000));
    rows.push(
      row('push of 1,000 edited tasks as one commit', push, 1000, `git commit and push ${Math.round(sent)} ms`),
    );
    return rows;
  } finally {
    await database.close();
  }
}

/** As many files edited in git's own clone, committed and pushed to a branch beside. */
function gitPush(clone: string, count: number): number {
  const edited = Math.random();
  for (let i = 0; i < count; i++) {
    const file = join(clone, `tasks/t${i}/metadata.json`);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"description": ".*"/, `"description": "edited ${edited}"`));
  }
  return milliseconds(() => {
    git(clone, 'commit', '-qam', 'edited');
    git(clone, 'push', '-q', 'origin', `HEAD:refs/heads/beside-${edited}`);
  });
}

function git(cwd: string, ...args: string[]): string {
  const who = {
    GIT_AUTHOR_NAME: 'Bench',
    GIT_AUTHOR_EMAIL: 'bench@ratchet.invalid',
    GIT_COMMITTER_NAME: 'Bench',
    GIT_COMMITTER_EMAIL: 'bench@ratchet.invalid',
  };
  const env = { PATH: process.env.PATH, HOME: cwd, GIT_CONFIG_NOSYSTEM: '1', ...who };
  return execFileSync('git', args, { cwd, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

function milliseconds(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
