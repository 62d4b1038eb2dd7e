import { RatchetError } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import { operations } from '@ratchet/contract/operations/table';
import type { Command } from 'commander';
import { choiceArgument } from '../choice.ts';
import { contextOf, type Io } from '../context.ts';
import { example } from '../example.ts';
import { withProgress } from '../progress.ts';
import { readJson } from '../read-value.ts';

type Method = (input: unknown, options?: object) => unknown;

/** Any operation by its name, for those that no command is for, and for programs. */
export function callCommand(root: Command, io: Io): void {
  const names = operations.map(({ name }) => name);
  example(
    root
      .command('call')
      .addArgument(choiceArgument('<operation>', 'its name, as docs/reference/operations.md lists them', names))
      .argument('[input]', 'JSON, @file or - for standard input', '{}')
      .description('Call any operation of the server with JSON, and show the JSON that it answers.')
      .action(async (name: string, input: string, _options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const operation = operations.find((each) => each.name === name) as Operation;
        const [entity = '', verb = ''] = name.split('.');
        const method = (client as unknown as Record<string, Record<string, Method>>)[entity]?.[verb] as Method;
        const given = await readJson(input, io);
        const judged = operation.input.safeParse(given);
        if (!judged.success) throw refusal(judged.error.issues);
        if (operation.stream) {
          for await (const event of method(given) as AsyncIterable<unknown>) out.line(JSON.stringify(event));
          return;
        }
        const answer = await withProgress(io.stderr, async (call) =>
          method(given, operation.reportsProgress ? call : {}),
        );
        if (answer !== undefined) out.line(JSON.stringify(answer, null, 2));
      }),
    'call jobs.createBulk @jobs.json',
    'call tasks.edit \'{"id":"…","edits":[{"find":"a","replace":"b"}]}\'',
    'call executions.watch',
  );
}

/** Before it is sent: a member that is missing may be a part of the address. */
function refusal(issues: readonly { path: PropertyKey[]; message: string }[]): RatchetError {
  const details = issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  return new RatchetError(
    'VALIDATION_FAILED',
    details.map(({ path, message }) => `${path || 'the input'}: ${message}`).join(' '),
    details,
  );
}
