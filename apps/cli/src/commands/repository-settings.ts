import { readFile } from 'node:fs/promises';
import {
  type AuthConfig,
  ConflictPolicy,
  type PushPolicy,
  type RepositoryType,
} from '@ratchet/contract/entities/repository';
import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { contextOf, type Io, repositoryId } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';

interface Options {
  readonly type?: string;
  readonly branch?: string;
  readonly subPath?: string;
  readonly tokenEnv?: string;
  readonly user?: string;
  readonly sshKey?: string;
  readonly knownHosts?: string;
  readonly readOnly?: boolean;
  readonly writable?: boolean;
  readonly interval?: string;
  readonly priority?: string;
  readonly watch?: string[];
  readonly ignore?: string[];
  readonly pushOnChange?: boolean;
  readonly featureBranch?: boolean;
  readonly direct?: boolean;
  readonly approval?: boolean;
  readonly conflictPolicy?: string;
  readonly webhookSecretEnv?: string;
}

/** Options that say how a repository is kept in step. */
const withSettings = (command: Command): Command =>
  command
    .option('--branch <name>', 'the branch, for git')
    .option('--sub-path <folder>', 'the folder within it')
    .option('--token-env <variable>', 'the server’s environment variable with the token, such as RATCHET_GIT_TOKEN')
    .option('--user <name>', 'the user name that goes with the token, where the server asks for one')
    .option('--ssh-key <file>', 'a private key that signs in; it is kept encrypted')
    .option('--known-hosts <file>', 'the keys of the SSH server')
    .option('--read-only', 'never push to it')
    .option('--interval <minutes>', 'how often it is looked at; 0: never by itself')
    .option('--priority <number>', 'which one wins where two hold the same version of a task')
    .option('--watch <pattern...>', 'only documents with a file that matches')
    .option('--ignore <pattern...>', 'leave these paths alone on both sides')
    .option('--push-on-change', 'push every edit by itself')
    .option('--feature-branch', 'push to a branch of ours, with a pull request')
    .option('--approval', 'a push waits until someone approves it')
    .addOption(choice('--conflict-policy <policy>', 'what is done where both sides changed', ConflictPolicy.options))
    .option('--webhook-secret-env <variable>', 'this command’s environment variable with the secret of webhooks');

export function repositorySettingsCommands(repo: Command, io: Io): void {
  example(
    withSettings(
      repo
        .command('add <name> <uri>')
        .description('Register a repository: a Git address, a folder, a zip file or a registry over HTTP.')
        .addOption(choice('--type <type>', 'told by the address without', types)),
    ).action(async (name: string, uri: string, options: Options, command: Command) => {
      const { client, out } = contextOf(command, io);
      const settings = await settingsOf(options, io);
      const made = await client.repositories.create({
        name,
        uri,
        repositoryType: typeOf(options.type, uri),
        ...settings,
      });
      out.fields(made, { id: made.id, name: made.name, type: made.repositoryType, uri: made.uri });
      if (!out.json) out.line(`Next: ratchet repo test ${quoted(name)}, then ratchet sync ${quoted(name)}.`);
    }),
    'repo add ops https://git.example.org/ops/tasks.git --branch main --token-env RATCHET_GIT_TOKEN',
    'repo add shared https://ratchet.example.org/api/v1/registry/@tasks --type http --interval 1',
  );
  example(
    withSettings(
      repo
        .command('edit <repository>')
        .description('Change settings of a repository; only those given change.')
        .option('--name <name>', 'its new name')
        .option('--uri <address>', 'its new address')
        .option('--writable', 'let it be pushed to')
        .option('--direct', 'push to the branch itself'),
    ).action(async (repository: string, options: Options & { name?: string; uri?: string }, command: Command) => {
      const context = contextOf(command, io);
      const id = await repositoryId(context, repository);
      const { pushPolicy, ...settings } = await settingsOf(options, io);
      const current = pushPolicy ? (await context.client.repositories.get({ id })).pushPolicy : null;
      const changed = await context.client.repositories.update({
        id,
        ...settings,
        ...(current ? { pushPolicy: { ...current, ...pushPolicy } } : {}),
        ...(options.name ? { name: options.name } : {}),
        ...(options.uri ? { uri: options.uri } : {}),
      });
      context.out.fields(changed, changed);
    }),
    'repo edit ops --interval 1 --feature-branch',
  );
}

const types: readonly RepositoryType[] = ['git', 'filesystem', 'zip', 'http'];

function typeOf(asked: string | undefined, uri: string): RepositoryType {
  const known = types.find((type) => type === asked);
  if (known) return known;
  if (uri.endsWith('.zip')) return 'zip';
  if (/^https?:.*(\.json|\/registry(\/@[^/]+)?\/?)$/.test(uri)) return 'http';
  return uri.startsWith('/') && !uri.endsWith('.git') ? 'filesystem' : 'git';
}

async function settingsOf(options: Options, io: Io) {
  const authConfig = await authOf(options);
  const pushPolicy: Partial<PushPolicy> = {
    ...(options.featureBranch ? { branchStrategy: 'feature_branch' } : {}),
    ...(options.direct ? { branchStrategy: 'direct' } : {}),
    ...(options.approval === undefined ? {} : { requireApproval: options.approval }),
  };
  return {
    ...(options.branch ? { branch: options.branch } : {}),
    ...(options.subPath ? { subPath: options.subPath } : {}),
    ...(options.readOnly ? { isWritable: false } : options.writable ? { isWritable: true } : {}),
    ...(options.interval === undefined ? {} : { syncIntervalMinutes: numberOf('--interval', options.interval) }),
    ...(options.priority === undefined ? {} : { priority: numberOf('--priority', options.priority) }),
    ...(options.watch ? { watchPatterns: options.watch } : {}),
    ...(options.ignore ? { ignorePatterns: options.ignore } : {}),
    ...(options.pushOnChange === undefined ? {} : { pushOnChange: options.pushOnChange }),
    ...(Object.keys(pushPolicy).length > 0 ? { pushPolicy } : {}),
    ...(options.conflictPolicy ? { conflictPolicy: options.conflictPolicy as 'manual' } : {}),
    ...(options.webhookSecretEnv ? { webhookSecret: variable(options.webhookSecretEnv, io) } : {}),
    ...(authConfig ? { authConfig } : {}),
  };
}

async function authOf({ tokenEnv, user, sshKey, knownHosts }: Options): Promise<AuthConfig | null> {
  if (sshKey)
    return {
      type: 'ssh_key',
      privateKey: await readFile(sshKey, 'utf8'),
      ...(knownHosts ? { knownHosts: await readFile(knownHosts, 'utf8') } : {}),
    };
  if (!tokenEnv) return null;
  return { type: 'token', tokenEnv, ...(user ? { username: user } : {}) };
}

function variable(name: string, { env }: Io): string {
  const value = env[name];
  if (!value) throw new Failed(`The environment variable ${name} is not set.`, exitCodes.usage);
  return value;
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (text.trim() === '' || Number.isNaN(number)) throw new Failed(`${option} is a number.`, exitCodes.usage);
  return number;
}

const quoted = (name: string): string => (/^[\w.-]+$/.test(name) ? name : JSON.stringify(name));
