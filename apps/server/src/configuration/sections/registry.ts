import { BranchStrategy, ConflictStrategy } from '@ratchet/contract/entities/repository';
import * as z from 'zod';
import { onOff, optionalText, section, setting } from '../setting.ts';

const text = z.string().min(1).max(50_000);

/** One source; further settings of a repository go into `config`. Judged whole where repositories are declared. */
export const Source = z.strictObject({
  name: z.string().min(1).max(200).describe('Without one, the last part of path or url').optional(),
  type: z.enum(['filesystem', 'git', 'http', 'zip']),
  path: z.string().min(1).max(4000).describe('Of a folder or archive on this server').optional(),
  url: z.string().min(1).max(4000).describe('Of a git repository or a registry').optional(),
  auth: z
    .strictObject({
      type: z.enum(['none', 'token', 'bearer', 'basic', 'api_key', 'header', 'ssh_key', 'github_app']),
      token: text.optional(),
      token_env: text.optional(),
      username: text.optional(),
      password: text.optional(),
      header_name: text.optional(),
      private_key: text.optional(),
      known_hosts: text.optional(),
      app_id: text.optional(),
      installation_id: text.optional(),
    })
    .describe('How to sign in')
    .optional(),
  config: z
    .record(z.string(), z.unknown())
    .describe('Any other setting of a repository, such as branch, sub_path, priority or push_policy')
    .optional(),
});

const unset = 'Without, a repository’s usual one';

export const registry = section('Repositories', {
  sources: setting(z.array(Source).max(1000).default([]), 'Repositories that are declared here', {
    secretMembers: ['token', 'password', 'private_key', 'webhook_secret'],
  }),
  repositories_file: setting(
    optionalText(),
    'The file that declares repositories. Without, config/repositories.yaml here or in the data folder',
    { path: true, aliases: ['RATCHET_REPOSITORIES_FILE'] },
  ),
  watch: setting(onOff(true), 'Watch folders and archives for changes. Without, only their intervals tell of them', {
    aliases: ['FILE_WATCHER_ENABLED'],
  }),
  allow_private_networks: setting(
    onOff(true),
    'Whether repositories, registries and forges may stand at private, loopback and link-local addresses',
  ),
  pushback: section('How declared repositories are pushed to that say nothing of it', {
    branch_strategy: setting(
      z.enum(BranchStrategy.options).nullable().default(null),
      `To the branch itself, or to a branch of ours with a pull request. ${unset}`,
    ),
    conflict_strategy: setting(
      z.enum(ConflictStrategy.options).nullable().default(null),
      `What a push does when the branch does not take it. ${unset}`,
    ),
    batch_changes: setting(z.boolean().nullable().default(null), `Many tasks in one commit. ${unset}`),
    max_batch_size: setting(z.int().min(1).max(10_000).nullable().default(null), `Tasks in one commit. ${unset}`),
    auto_push: setting(z.boolean().nullable().default(null), `An edit is pushed by itself. ${unset}`),
    require_approval: setting(z.boolean().nullable().default(null), `A push waits until it is approved. ${unset}`),
    commit_template: setting(optionalText(), `The commit message. ${unset}`),
    pr_template: setting(optionalText(20_000), `The text of a pull request. ${unset}`),
  }),
});
