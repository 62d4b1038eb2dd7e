import { RatchetError } from '@ratchet/contract/errors';
import type { Command } from 'commander';
import { contextOf, type Io } from '../context.ts';
import { example } from '../example.ts';

const columns = [
  'id',
  'hostname',
  'pid',
  'role',
  'status',
  'running',
  'concurrency',
  'completed',
  'failed',
  'heartbeatAt',
];
const someId = '01930f3e-0000-7000-8000-000000000000';

export function workerCommands(root: Command, io: Io): void {
  const worker = example(root.command('worker').description('The server processes that run tasks.'), 'worker list');
  example(
    worker
      .command('list')
      .description('Workers, the newest first.')
      .option('--all', 'those that are gone too')
      .action(async ({ all }: { all?: boolean }, command: Command) => {
        const { client, out } = contextOf(command, io);
        const living = { field: 'status', value: ['active', 'draining'] };
        const page = await client.workers.list({ limit: 1000, ...(all ? {} : { filters: [living] }) });
        out.rows(page, page.items, columns);
      }),
    'worker list --all',
  );
  example(
    worker
      .command('stats')
      .description('What all workers do together.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const stats = await client.workers.stats({});
        out.fields(stats, stats);
      }),
    'worker stats',
  );
  example(
    worker
      .command('show <id>')
      .description('One worker.')
      .action(async (id: string, _options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const shown = await client.workers.get({ id });
        out.fields(shown, shown);
      }),
    `worker show ${someId}`,
  );
  example(
    worker
      .command('scale <concurrency>')
      .description('Change how many executions run at once, on each worker or on one.')
      .option('--worker <id>', 'only on this one')
      .action(async (concurrency: string, options: { worker?: string }, command: Command) => {
        const { client, out } = contextOf(command, io);
        if (!/^\d+$/.test(concurrency))
          throw new RatchetError('VALIDATION_FAILED', 'The concurrency is a number, 1 to 64.');
        const scaled = await client.workers.scale({
          concurrency: Number(concurrency),
          ...(options.worker === undefined ? {} : { workerId: options.worker }),
        });
        out.rows(scaled, scaled.workers, ['id', 'hostname', 'concurrency', 'desiredConcurrency', 'status']);
      }),
    'worker scale 8',
  );
  example(
    worker
      .command('drain <id>')
      .description('Let a worker end what it runs and take nothing more.')
      .option('--resume', 'take work again')
      .action(async (id: string, { resume }: { resume?: boolean }, command: Command) => {
        const { client, out } = contextOf(command, io);
        const drained = await client.workers.drain({ id, resume: resume === true });
        out.fields(drained, { id: drained.id, status: drained.status, running: drained.running });
      }),
    `worker drain ${someId}`,
  );
}
