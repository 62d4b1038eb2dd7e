import { exitCodes, Failed } from '../../exit.ts';
import { output } from '../../output.ts';
import { isSecretName } from '../language/secret-text.ts';
import type { BuiltIn } from '../shell.ts';

export const variableBuiltIns: readonly BuiltIn[] = [
  {
    name: 'set',
    usage: 'set NAME VALUE… | set -e | set +e',
    description: 'Keep a value, for $NAME. -e: a script ends with its first failure, as it does; +e: it goes on.',
    example: 'set TASK "CSV to JSON"',
    run(shell, [name, ...values]) {
      if (name === undefined) throw new Failed('Give a name and a value: set NAME VALUE.', exitCodes.usage);
      if (name === '-e' || name === '+e') {
        shell.stopOnError = name === '-e';
        return 0;
      }
      if (values.length === 0)
        throw new Failed(`Give a value: set ${name} VALUE; set ${name} "" keeps an empty one.`, exitCodes.usage);
      shell.variables.set(name, values.join(' '));
      return 0;
    },
  },
  {
    name: 'unset',
    usage: 'unset NAME…',
    description: 'Forget variables.',
    example: 'unset TASK',
    run({ variables }, names) {
      if (names.length === 0) throw new Failed('Name a variable: unset NAME.', exitCodes.usage);
      for (const name of names) if (!variables.unset(name)) throw new Failed(`There is no variable ${name}.`);
      return 0;
    },
  },
  {
    name: 'vars',
    usage: 'vars',
    description: 'Every variable; what is named like a secret shows as ***.',
    example: 'vars',
    run({ variables, io }) {
      const rows = variables.names().map((name) => ({
        name,
        value: isSecretName(name) ? '***' : variables.value(name),
      }));
      output(io, false).rows(rows, rows, ['name', 'value']);
      return 0;
    },
  },
  {
    name: 'echo',
    usage: 'echo [-n] TEXT…',
    description: 'Show text, with its variables. -n: without an end of line.',
    example: `echo "It was $?: \${LAST.status}"`,
    run({ io }, args) {
      const [texts, end] = args[0] === '-n' ? [args.slice(1), ''] : [args, '\n'];
      io.stdout.write(texts.join(' ') + end);
      return 0;
    },
  },
];
