import type { Client } from '@ratchet/client/create-client';
import { RatchetError } from '@ratchet/contract/errors';
import type { Command } from 'commander';
import { contextOf, type Io } from '../context.ts';
import { example } from '../example.ts';
import { Failed } from '../exit.ts';
import { globalsOf } from '../global-options.ts';

interface Place {
  readonly dataDir?: string;
  readonly databaseUrl?: string;
}

/** How many there are of each kind: asked for as a list of one. */
const counts: readonly (readonly [kind: string, count: (client: Client) => Promise<{ meta: { total: number } }>])[] = [
  ['tasks', (client) => client.tasks.list({ limit: 1 })],
  ['repositories', (client) => client.repositories.list({ limit: 1 })],
  ['conflicts', (client) => client.conflicts.list({ limit: 1 })],
  ['executions', (client) => client.executions.list({ limit: 1 })],
  ['jobs', (client) => client.jobs.list({ limit: 1 })],
  ['batches', (client) => client.batches.list({ limit: 1 })],
  ['schedules', (client) => client.schedules.list({ limit: 1 })],
  ['output destinations', (client) => client.outputDestinations.list({ limit: 1 })],
  ['deliveries', (client) => client.deliveries.list({ limit: 1 })],
  ['results', (client) => client.results.list({ limit: 1 })],
  ['secrets', (client) => client.secrets.list({ limit: 1 })],
  ['users', (client) => client.users.list({ limit: 1 })],
  ['API keys', (client) => client.apiKeys.list({ limit: 1 })],
  ['audit events', (client) => client.audit.list({ limit: 1 })],
];

export function databaseCommands(root: Command, io: Io): void {
  const database = example(root.command('database').description('The database of a server.'), 'database status');
  const ask = { embedded: false };
  example(
    database
      .command('status')
      .description('Which one it is, and whether it answers.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io, ask);
        const { mode, checks } = await client.health.details({});
        const check = checks.find(({ name }) => name === 'database');
        const shown = { mode, status: check?.status, message: check?.message, tookMs: check?.durationMs };
        out.fields(shown, shown);
        if (check?.status === 'failing') throw new Failed('The database does not answer.');
      }),
    'database status',
  );
  example(
    database
      .command('stats')
      .description('How many there are of each kind of thing that you may see.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io, ask);
        const rows: { kind: string; count: number | null }[] = [];
        for (const [kind, count] of counts) rows.push({ kind, count: await allowed(() => count(client)) });
        out.rows(rows, rows, ['kind', 'count']);
      }),
    'database stats',
  );
  example(
    database
      .command('migrate')
      .description(
        'Bring the schema up to date that a start here would open, before servers start. A start does so too.',
      )
      .option('--data-dir <folder>', 'the embedded database in this folder (RATCHET_DATA_DIR; ~/.ratchet)')
      .option('--database-url <url>', 'this PostgreSQL (DATABASE_URL)')
      .action(async (place: Place, command: Command) => {
        const { out } = contextOf(command, io, ask);
        const { migrateDatabase } = await import('@ratchet/server/migrate-database');
        const done = await migrateDatabase({ ...place, config: globalsOf(command).config, environment: io.env });
        out.fields(done, done);
        if (!out.json) out.line(out.good('The schema is up to date.'));
      }),
    'database migrate --database-url postgresql://ratchet@db.example.org/ratchet',
  );
}

/** null: one may not see them. */
async function allowed(count: () => Promise<{ meta: { total: number } }>): Promise<number | null> {
  try {
    return (await count()).meta.total;
  } catch (error) {
    if (error instanceof RatchetError && error.code === 'PERMISSION_DENIED') return null;
    throw error;
  }
}
