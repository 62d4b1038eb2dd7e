import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { exitCodes, Failed } from '../../exit.ts';
import { judge } from '../language/judge.ts';
import type { BuiltIn } from '../shell.ts';

/** The text of a script. Throws where there is none. */
export function readScript(path: string): string {
  try {
    return readFileSync(path, 'utf8')
      .replace(/^\uFEFF/, '')
      .replace(/^#!.*/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'is not there' : code === 'EISDIR' ? 'is a folder' : 'cannot be read';
    throw new Failed(`The script ${path} ${why}.`, exitCodes.usage);
  }
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

export const scriptBuiltIns: readonly BuiltIn[] = [
  {
    name: 'run',
    usage: 'run SCRIPT.ratchet [ARGUMENT…]',
    description: 'Run a script; what it sets is forgotten when it ends. Its arguments are $1, $2, …',
    example: 'run nightly.ratchet production',
    takes: ([path]) => path?.endsWith('.ratchet') === true,
    run: (shell, [path = '', ...args]) => shell.runText(readScript(path), { name: path, arguments: args, apart: true }),
  },
  {
    name: 'source',
    usage: 'source SCRIPT [ARGUMENT…]',
    description: 'Run a script as if its lines were typed here: what it sets stays.',
    example: 'source names.ratchet',
    run(shell, [path, ...args]) {
      if (path === undefined) throw new Failed('Name a script: source SCRIPT.', exitCodes.usage);
      return shell.runText(readScript(path), { name: path, ...(args.length > 0 ? { arguments: args } : {}) });
    },
  },
  {
    name: 'assert',
    usage: 'assert A ==|!=|<|<=|>|>=|contains|matches B | assert VALUE',
    description:
      'Fail unless it holds. Numbers are compared as numbers; one value holds unless it is empty, 0, false or null.',
    example: `assert \${LAST.status} == completed`,
    run(_shell, args) {
      const fault = judge(args);
      if (fault !== null) throw new Failed(fault);
      return 0;
    },
  },
  {
    name: 'sleep',
    usage: 'sleep SECONDS | sleep 500ms | sleep 2m',
    description: 'Wait.',
    example: 'sleep 2',
    async run(_shell, [given = ''], signal) {
      const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(given) ?? [];
      if (number === undefined) throw new Failed('Say how long: sleep 2, sleep 500ms or sleep 1m.', exitCodes.usage);
      await pause(Math.min(Number(number) * (units[unit] ?? 1000), 2 ** 31 - 1), undefined, { signal });
      return 0;
    },
  },
];
