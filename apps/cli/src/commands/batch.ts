import { type Batch, BatchMode } from '@ratchet/contract/entities/batch';
import { RatchetError } from '@ratchet/contract/errors';
import type { Input } from '@ratchet/contract/operation';
import type { batches } from '@ratchet/contract/operations/batches';
import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { type Context, contextOf, type Io, taskId } from '../context.ts';
import { example } from '../example.ts';
import { withProgress } from '../progress.ts';
import { numberOf, readJson } from '../read-value.ts';

type NewBatch = Input<typeof batches.create>;

const someId = '01930f3e-0000-7000-8000-000000000000';
const columns = ['position', 'key', 'taskName', 'status', 'executionId'];

export function batchCommands(root: Command, io: Io): void {
  const batch = example(
    root.command('batch').description('Several tasks run as one, with a result for each.'),
    'batch list',
  );
  example(
    batch
      .command('list')
      .description('Batches, newest first.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const page = await client.batches.list({ limit: 100 });
        out.rows(page, page.items, ['id', 'name', 'mode', 'status', 'total', 'createdAt', 'finishedAt']);
      }),
    'batch list',
  );
  example(
    batch
      .command('create <requests>')
      .description(
        'Run several tasks: a list of {"taskId", "input", "key", "dependsOn", …}, where taskId may be a name; JSON, @file or - for standard input.',
      )
      .addOption(choice('--mode <mode>', 'in what order', BatchMode.options).default('parallel'))
      .option('--max-parallel <n>', 'how many run at once', '10')
      .option('--stop-on-error', 'begin nothing more once a request has failed')
      .option('--name <name>', 'what it is called')
      .option('--no-wait', 'answer at once, with the id')
      .action(
        async (
          requests: string,
          options: {
            mode: NonNullable<NewBatch['mode']>;
            maxParallel: string;
            stopOnError?: boolean;
            name?: string;
            wait: boolean;
          },
          command: Command,
        ) => {
          const context = contextOf(command, io);
          const wanted = {
            requests: await requestsFrom(context, await readJson(requests, io)),
            mode: options.mode,
            maxParallel: numberOf('--max-parallel', options.maxParallel),
            stopOnError: options.stopOnError === true,
            name: options.name,
            wait: options.wait,
          };
          const made = await withProgress(io.stderr, (progress) => context.client.batches.create(wanted, progress));
          show(context, made);
          if (made.status === 'failed')
            throw new RatchetError('TASK_FAILED', `Not every request of batch ${made.id} was completed.`);
        },
      ),
    'batch create \'[{"taskId":"fetch","key":"a"},{"taskId":"report","dependsOn":["a"]}]\' --mode dependency',
  );
  for (const [name, description] of [
    ['show', 'One batch with a result for each request.'],
    ['cancel', 'Cancel what of it has not ended.'],
  ] as const)
    example(
      batch
        .command(`${name} <id>`)
        .description(description)
        .action(async (id: string, _options: object, command: Command) => {
          const context = contextOf(command, io);
          const { batches } = context.client;
          show(context, await (name === 'show' ? batches.get({ id }) : batches.cancel({ id })));
        }),
      `batch ${name} ${someId}`,
    );
}

/** Requests as the server takes them: tasks may be named. */
async function requestsFrom(context: Context, given: unknown): Promise<NewBatch['requests']> {
  if (!Array.isArray(given))
    throw new RatchetError('VALIDATION_FAILED', 'The requests are a list: [{"taskId": "…", "input": {}}].');
  const ids = new Map<string, Promise<string>>();
  const idOf = (name: string) => {
    const known = ids.get(name) ?? taskId(context, name);
    ids.set(name, known);
    return known;
  };
  return Promise.all(
    given.map(async (request) =>
      typeof request?.taskId === 'string' ? { ...request, taskId: await idOf(request.taskId) } : request,
    ),
  );
}

function show({ out }: Context, batch: Batch): void {
  if (!out.json) out.line(`${batch.id}  ${batch.mode}  ${batch.status}`);
  out.rows(batch, batch.items, columns);
}
