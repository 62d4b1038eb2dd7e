import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Actor } from '@ratchet/contract/dispatcher';
import { PushPolicy } from '@ratchet/contract/entities/repository';
import { RatchetError } from '@ratchet/contract/errors';
import type { Alerts } from '@ratchet/insight/alerts';
import type { RepositoryRegistry, RepositorySettings } from '@ratchet/repositories/repository-registry';
import type { RepositorySync } from '@ratchet/repositories/repository-sync';
import type { Queryable } from '@ratchet/store/database';
import { defaultRepository, repositoryByName } from '@ratchet/store/queries/repositories';

const run = promisify(execFile);
const examples = fileURLToPath(new URL('../../../examples/tasks', import.meta.url));

const settings = (
  name: string,
  repositoryType: 'filesystem' | 'git',
  uri: string,
  branch: string | null,
): RepositorySettings => ({
  name,
  repositoryType,
  uri,
  branch,
  subPath: null,
  credentialId: null,
  syncEnabled: true,
  syncIntervalMinutes: 5,
  priority: 0,
  isWritable: true,
  watchPatterns: [],
  ignorePatterns: [],
  pushOnChange: false,
  pushPolicy: PushPolicy.parse({}),
  conflictPolicy: 'manual',
  metadata: {},
});

/** The first start makes a folder that new tasks go to. */
export async function makeDefaultRepository(
  db: Queryable,
  registry: RepositoryRegistry,
  dataDir: string,
): Promise<{ readonly made: boolean }> {
  if (await defaultRepository(db)) return { made: false };
  const folder = join(dataDir, 'repositories', 'local');
  mkdirSync(folder, { recursive: true });
  await registry.create({ ...settings('local', 'filesystem', folder, null), isDefault: true });
  return { made: true };
}

const securityAlerts = [
  { name: 'Failed sign-ins', metric: 'failed_sign_ins', threshold: 50 },
  { name: 'Calls beyond rights', metric: 'refused_calls', threshold: 100 },
  { name: 'Credential not accepted', metric: 'authentication_failures', threshold: 2 },
  { name: 'Conflict open too long', metric: 'conflict_age_hours', threshold: 72 },
  { name: 'Unusually many tasks pushed', metric: 'pushed_tasks', threshold: 1000 },
] as const;

/** A new server watches for what tells of an attack, or of neglect. Another node may have begun to at the same time. */
export async function makeSecurityAlerts(alerts: Alerts): Promise<void> {
  for (const alert of securityAlerts)
    await alerts.create({ ...alert, repositoryId: null, enabled: true }).catch((error) => {
      if (!(error instanceof RatchetError) || error.code !== 'ALREADY_EXISTS') throw error;
    });
}

/** A writable Git repository with the example tasks, in the data folder: everything can be tried with it at once. */
export async function makeExampleRepository(
  db: Queryable,
  registry: RepositoryRegistry,
  sync: RepositorySync,
  dataDir: string,
  actor: Actor,
): Promise<void> {
  const folder = join(dataDir, 'repositories', 'examples.git');
  if (!existsSync(folder)) await commitExamples(folder);
  const known = await repositoryByName(db, 'examples');
  const id =
    known?.id ??
    (await registry.create({ ...settings('examples', 'git', `file://${folder}`, 'main'), isDefault: false })).id;
  await sync.sync(id, { trigger: 'manual', actor });
}

/** Made aside and renamed, so that a start that is interrupted leaves no half of it. */
async function commitExamples(folder: string): Promise<void> {
  mkdirSync(join(folder, '..'), { recursive: true });
  const work = mkdtempSync(`${folder}.work-`);
  const bare = `${work}.git`;
  const environment = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: work,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ratchet',
    GIT_AUTHOR_EMAIL: 'ratchet@ratchet.invalid',
    GIT_COMMITTER_NAME: 'Ratchet',
    GIT_COMMITTER_EMAIL: 'ratchet@ratchet.invalid',
  };
  const git = (...args: string[]) => run('git', args, { cwd: work, env: environment });
  try {
    cpSync(examples, work, { recursive: true });
    await git('init', '-q', '-b', 'main');
    await git('add', '-A');
    await git('commit', '-q', '-m', 'Add the example tasks');
    await git('clone', '-q', '--bare', work, bare);
    renameSync(bare, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(bare, { recursive: true, force: true });
  }
}
