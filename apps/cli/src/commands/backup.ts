import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';
import type { Command } from 'commander';
import { type Context, contextOf, type Io, serverOf } from '../context.ts';
import { download } from '../download.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { globalsOf } from '../global-options.ts';
import { type Place, placeOptions } from '../place-options.ts';
import { withProgress } from '../progress.ts';
import { shownSize } from '../shown-size.ts';
import { untilInterrupted } from '../until-interrupted.ts';

const load = () => import('@ratchet/server/backups/command');
/** None is started for a backup: that reads the database itself. */
const running = { embedded: false };
const someId = '01930f3e-0000-7000-8000-000000000000';

interface BackUp extends Place {
  withKeys?: boolean;
  force?: boolean;
}

interface Shown {
  readonly file: string;
  readonly size: number;
  readonly rows: number;
  readonly keyIds: readonly string[];
  readonly withKeys: boolean;
  readonly through: string | null;
}

/** The whole database in a file, and back. */
export function backupCommands(root: Command, io: Io): void {
  const backup = example(
    placeOptions(
      root
        .command('backup [file]')
        .description(
          'Write the whole database into one file: of this machine, or of the server that --server names or that holds it.',
        ),
    )
      .option('--with-keys', 'take the keys along that open its secrets: then whoever has the file has all of them')
      .option('--force', 'over a file that is there')
      .action((file: string | undefined, options: BackUp, command: Command) => backUp(file, options, command, io)),
    'backup',
    'backup /var/backups/ratchet.zip --data-dir /srv/ratchet',
    'backup --server https://ratchet.example.org',
  );
  example(
    backup
      .command('list')
      .description('Backups that a running server keeps in its data folder.')
      .action(async (_options: object, command: Command) => {
        const { client, out } = contextOf(command, io, running);
        const found = await client.backups.list({});
        const rows = found.items.map((each) => ({ ...each, size: shownSize(each.size) }));
        out.rows(found, rows, ['id', 'createdAt', 'size', 'rows', 'version', 'mode']);
      }),
    'backup list',
  );
  example(
    backup
      .command('delete <id>')
      .description('Delete one that a running server keeps.')
      .action(async (id: string, _options: object, command: Command) => {
        const { client, out } = contextOf(command, io, running);
        await client.backups.delete({ id });
        out.line(out.json ? JSON.stringify({ id }) : 'Deleted.');
      }),
    `backup delete ${someId}`,
  );
  example(
    backup
      .command('verify <file>')
      .description('Read all of a backup and say what is in it, and whether it is whole.')
      .action(async (file: string, _options: object, command: Command) => {
        const { checkBackup } = await load();
        const { out } = contextOf(command, io);
        const { manifest, size } = await withProgress(io.stderr, ({ onProgress }) =>
          checkBackup(file, { progress: onProgress }),
        );
        const { createdAt, version, mode, tables, keyIds, withKeys } = manifest;
        const rows = tables.reduce((sum, table) => sum + table.rows, 0);
        const shown = {
          file,
          size,
          createdAt,
          version,
          mode,
          tables: tables.length,
          rows,
          keyIds,
          withKeys,
          whole: true,
        };
        out.fields(shown, { ...shown, size: shownSize(size), withKeys: withKeys ? 'yes' : 'no', whole: 'yes' });
      }),
    'backup verify /var/backups/ratchet.zip',
  );
  example(
    placeOptions(
      root
        .command('restore <file>')
        .description('Make the database of this machine what a backup says. No server may run on it.'),
    )
      .option('--replace', 'though something is in it: that is backed up beside the file first')
      .action((file: string, options: Place & { replace?: boolean }, command: Command) =>
        restore(file, options, command, io),
      ),
    'restore /var/backups/ratchet.zip',
    'restore ratchet.zip --database-url postgresql://ratchet@db/ratchet --replace',
  );
}

/** The backup of a server, below `server`. */
export function serverBackupCommand(server: Command, io: Io): void {
  example(
    server
      .command('backup [file]')
      .description('Have it back its database up, and fetch the file.')
      .option('--force', 'over a file that is there')
      .action(async (file: string | undefined, { force }: { force?: boolean }, command: Command) => {
        refuseOver(file, force);
        const context = contextOf(command, io, running);
        const { token } = globalsOf(command);
        const shown = await untilInterrupted((signal) =>
          throughServer(context, file, { server: serverOf(command, io), token, signal, withKeys: false }),
        );
        tell(context, shown);
      }),
    'server backup',
    'server backup /var/backups/ratchet.zip --server https://ratchet.example.org',
  );
}

function refuseOver(file: string | undefined, force: boolean | undefined): void {
  if (file !== undefined && existsSync(file) && !force)
    throw new Failed(`${file} is there already. Name another file, or say --force.`, exitCodes.usage);
}

function tell({ out, io }: Context, shown: Shown): void {
  const from = shown.through === null ? '' : `, through the server at ${shown.through}`;
  const said = `Wrote ${shown.rows} rows, ${shownSize(shown.size)}, to ${shown.file}${from}.`;
  out.line(out.json ? JSON.stringify(shown, null, 2) : said);
  if (shown.keyIds.length > 0 && !shown.withKeys)
    io.stderr.write(
      `Its secrets are sealed with ${shown.keyIds.join(', ')}: keep keys.json of the data folder too, or they stay closed.\n`,
    );
}

async function backUp(file: string | undefined, options: BackUp, command: Command, io: Io): Promise<void> {
  const { withKeys, force, ...place } = options;
  refuseOver(file, force);
  const { server, token } = globalsOf(command);
  const context = contextOf(command, io, running);
  const shown = await untilInterrupted(async (signal): Promise<Shown> => {
    const through = () => throughServer(context, file, { server: serverOf(command, io), token, signal, withKeys });
    const here = Object.keys(place).length > 0;
    if (!here && (server ?? io.env.RATCHET_SERVER_URL)) return through();
    const { backUpHere } = await load();
    try {
      const written = await withProgress(io.stderr, ({ onProgress: progress }) =>
        backUpHere({ ...place, file, withKeys, progress, signal, environment: io.env }),
      );
      const { tables, keyIds } = written.manifest;
      return {
        ...written,
        rows: tables.reduce((sum, { rows }) => sum + rows, 0),
        keyIds,
        withKeys: withKeys === true,
        through: null,
      };
    } catch (error) {
      if (await isHolder(context, error)) return through();
      throw error;
    }
  });
  tell(context, shown);
  if (withKeys) io.stderr.write('It holds the keys: whoever has this file can read every secret in it.\n');
}

interface Through {
  readonly server: string;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
  readonly withKeys: boolean | undefined;
}

async function throughServer(
  { client, io }: Context,
  file: string | undefined,
  { server, token, signal, withKeys }: Through,
): Promise<Shown> {
  if (withKeys)
    throw new Failed(
      'A running server gives no keys away. Copy keys.json of its data folder, or back up where it runs.',
      exitCodes.usage,
    );
  const made = await withProgress(io.stderr, (call) => client.backups.create({}, { ...call, signal }));
  const target = resolve(file ?? made.fileName);
  await download(io, target, {
    server,
    path: `/backups/${made.id}/file`,
    token: token ?? io.env.RATCHET_TOKEN,
    signal,
  });
  return { file: target, size: made.size, rows: made.rows, keyIds: made.keyIds, withKeys: false, through: server };
}

/** Whether the server that answers is the one that holds the data folder: its process is among that server's workers. */
async function isHolder({ client }: Context, error: unknown): Promise<boolean> {
  if (!(error instanceof RatchetError) || error.code !== 'UNAVAILABLE') return false;
  const { pid } = (error.details ?? {}) as { pid?: number };
  if (pid === undefined) return false;
  try {
    const { items } = await client.workers.list({ filters: [{ field: 'status', value: ['active', 'draining'] }] });
    return items.some((worker) => worker.pid === pid);
  } catch {
    return false;
  }
}

async function restore(
  file: string,
  { replace, ...place }: Place & { replace?: boolean },
  command: Command,
  io: Io,
): Promise<void> {
  const { out } = contextOf(command, io);
  const { server } = globalsOf(command);
  if (server)
    throw new Failed(
      'A backup is restored where the server runs, while it is stopped: leave --server out there.',
      exitCodes.usage,
    );
  const { restoreHere } = await load();
  const done = await untilInterrupted((signal) =>
    withProgress(io.stderr, ({ onProgress: progress }) =>
      restoreHere({
        ...place,
        file,
        replace,
        progress,
        signal,
        kept: ({ file: kept }) => void io.stderr.write(`What was there is kept in ${kept}.\n`),
        environment: io.env,
      }),
    ),
  );
  const { createdAt, version } = done.manifest;
  const shown = { file, createdAt, version, rows: done.rows, before: done.before, warnings: done.warnings };
  if (out.json) return out.line(JSON.stringify(shown, null, 2));
  out.line(`Restored ${done.rows} rows, as they were at ${createdAt}.`);
  for (const warning of done.warnings) io.stderr.write(`${warning}\n`);
}
