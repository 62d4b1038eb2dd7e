import { AuditOutcome } from '@ratchet/contract/entities/audit';
import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { contextOf, type Io } from '../context.ts';
import { example } from '../example.ts';
import { Failed } from '../exit.ts';
import { numberOf } from '../read-value.ts';
import { writeWhole } from '../write-whole.ts';

interface AuditOptions {
  readonly export?: string;
  readonly format: 'json' | 'csv';
  readonly verify?: boolean;
  readonly lastHash?: string;
  readonly from?: string;
  readonly to?: string;
  readonly actor?: string;
  readonly operation?: string;
  readonly outcome?: string;
  readonly limit: string;
}

/** A server that runs is asked: none is started for it. Answers `server`, for others to add to. */
export function serverCommands(root: Command, io: Io): Command {
  const server = example(root.command('server').description('The server itself.'), 'server status');
  const ask = { embedded: false };
  for (const [parent, name] of [
    [server, 'status'],
    [root, 'health'],
  ] as const)
    example(
      parent
        .command(name)
        .description('How each part of the server is.')
        .action(async (_options: object, command: Command) => {
          const { client, out } = contextOf(command, io, ask);
          const details = await client.health.details({});
          out.fields(details, {
            ...details,
            checks: details.checks.map((check) => `${check.name}: ${check.status}`),
          });
          if (details.status === 'failing') throw new Failed(`A part of the server does not work.`);
        }),
      parent === root ? 'health' : 'server status',
    );
  example(
    server
      .command('health')
      .description('Whether it works, which whoever reaches it may ask.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io, ask);
        const health = await client.health.get({});
        out.fields(health, health);
      }),
    'server health',
  );
  example(
    server
      .command('audit')
      .description('What was done and what was refused, newest first.')
      .option('--export <file>', 'write the whole audit to a file instead, - for standard output')
      .addOption(choice('--format <format>', 'with --export: the form of the file', ['json', 'csv']).default('json'))
      .option('--verify', 'say instead whether any event was changed, taken out or put in')
      .option('--last-hash <hash>', 'with --verify: one kept elsewhere, which the chain must still have')
      .option('--from <time>', 'not before (ISO 8601)')
      .option('--to <time>', 'before (ISO 8601)')
      .option('--actor <name>', 'only what they did')
      .option('--operation <operation>', 'only this, such as tasks.delete')
      .addOption(choice('--outcome <outcome>', 'only what ended so', AuditOutcome.options))
      .option('--limit <n>', 'at most so many', '50')
      .action(async (options: AuditOptions, command: Command) => {
        const { client, out } = contextOf(command, io, ask);
        const { from, to } = options;
        if (options.verify) {
          const check = await client.audit.verify(options.lastHash ? { lastHash: options.lastHash } : {});
          out.fields(check, check);
          if (!check.intact) throw new Failed('The audit was tampered with.');
          return;
        }
        if (options.export !== undefined) {
          const { content, count } = await client.audit.export({ format: options.format, from, to });
          const bytes = Buffer.from(content, 'base64');
          if (options.export === '-') return void io.stdout.write(bytes);
          writeWhole(options.export, bytes, 0o600);
          return out.line(
            out.json ? JSON.stringify({ file: options.export, count }) : `Wrote ${count} events to ${options.export}.`,
          );
        }
        const filters = [
          ...(from ? [{ field: 'at', op: 'gte' as const, value: from }] : []),
          ...(to ? [{ field: 'at', op: 'lt' as const, value: to }] : []),
          ...(options.actor ? [{ field: 'actorName', value: options.actor }] : []),
          ...(options.operation ? [{ field: 'operation', value: options.operation }] : []),
          ...(options.outcome ? [{ field: 'outcome', value: options.outcome }] : []),
        ];
        const page = await client.audit.list({ limit: numberOf('--limit', options.limit), filters });
        out.rows(page, page.items, ['at', 'actorName', 'operation', 'outcome', 'targetKind', 'targetId', 'errorCode']);
      }),
    'server audit --outcome refused',
    'server audit --export audit.csv --format csv',
    'server audit --verify',
  );
  return server;
}
