import type { Argument, Command, Option } from 'commander';
import type { NameKind } from './candidate.ts';

/** What a value is: one of a few words, a name that a server knows, a path; several of these, or nothing that is known. */
export interface Wanted {
  readonly choices?: readonly string[];
  readonly names?: NameKind;
  readonly paths?: 'any' | 'folders';
}

/** What a placeholder means, wherever it stands. */
const byPlaceholder: Readonly<Record<string, Wanted>> = {
  task: { names: 'task' },
  repository: { names: 'repository' },
  destination: { names: 'destination' },
  schedule: { names: 'schedule' },
  secret: { names: 'secret' },
  template: { names: 'template' },
  user: { names: 'user' },
  key: { names: 'api_key' },
  alert: { names: 'alert' },
  credential: { names: 'credential' },
  grant: { names: 'grant' },
  worker: { names: 'worker' },
  execution: { names: 'execution' },
  conflict: { names: 'conflict' },
  job: { names: 'job' },
  result: { names: 'result' },
  change: { names: 'spec' },
  project: { names: 'project' },
  path: { paths: 'any' },
  file: { paths: 'any' },
  folder: { paths: 'folders' },
};

/** Whose id `<id>` is, by the command that it stands below. */
const byFamily: Readonly<Record<string, NameKind>> = {
  execution: 'execution',
  job: 'job',
  batch: 'batch',
  conflict: 'conflict',
  result: 'result',
  worker: 'worker',
  grant: 'grant',
  alert: 'alert',
};

/** Commands whose task may be a path of this machine instead. */
const takesPaths = new Set(['run', 'validate', 'test', 'dev']);

export function wantedByArgument(command: Command, argument: Argument): Wanted {
  if (argument.argChoices) return { choices: argument.argChoices };
  const name = argument.name();
  const family = command.parent?.name() ?? '';
  if (name === 'id') {
    if (family === 'output') return { names: 'delivery' };
    const names = byFamily[family];
    return names === undefined ? {} : { names };
  }
  const wanted = byPlaceholder[name] ?? {};
  return name === 'task' && command.parent?.parent === null && takesPaths.has(command.name())
    ? { ...wanted, paths: 'any' }
    : wanted;
}

export function wantedByOption(command: Command, option: Option): Wanted {
  if (option.argChoices) return { choices: option.argChoices };
  const placeholder = /[<[]([\w-]+)/.exec(option.flags)?.[1] ?? '';
  if (placeholder === 'id') {
    const named = option.long?.slice(2) ?? '';
    return byPlaceholder[named] ?? {};
  }
  if (placeholder === 'name' && option.long === '--repository') return { names: 'repository' };
  if (command.parent?.name() === 'config' && placeholder === 'name') return {};
  return byPlaceholder[placeholder] ?? {};
}
