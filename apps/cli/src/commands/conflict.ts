import type { Command } from 'commander';
import { choice } from '../choice.ts';
import { contextOf, type Io } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { readText } from '../read-value.ts';

type Choice = 'local' | 'remote' | 'both';

export function conflictCommands(root: Command, io: Io): void {
  const conflict = example(
    root.command('conflict').description('What both sides changed and a person decides.'),
    'conflict list',
  );
  example(
    conflict
      .command('list')
      .description('Open conflicts.')
      .action(async (_options: object, command: Command) => {
        const context = contextOf(command, io);
        const page = await context.client.conflicts.list({ limit: 1000 });
        context.out.rows(
          page,
          page.items.map((c) => ({ ...c, files: c.files.map((f) => f.path) })),
          ['id', 'conflictType', 'repositoryPath', 'files', 'createdAt'],
        );
      }),
    'conflict list',
  );
  example(
    conflict
      .command('show <id>')
      .description('One conflict with the texts of both sides.')
      .action(async (id: string, _options: object, command: Command) => {
        const { client, out } = contextOf(command, io);
        const shown = await client.conflicts.get({ id });
        if (out.json) return out.line(JSON.stringify(shown, null, 2));
        out.line(`${shown.repositoryPath}: ${shown.conflictType}, ${shown.status}`);
        for (const file of shown.files) {
          out.line(`\n${file.path}: ${file.state}`);
          for (const hunk of file.hunks)
            out.line(
              [
                `  ${file.path}:${hunk.id}`,
                `    base:   ${text(hunk.base)}`,
                `    local:  ${text(hunk.local)}`,
                `    remote: ${text(hunk.remote)}`,
              ].join('\n'),
            );
        }
      }),
    'conflict show 01930f3e-0000-7000-8000-000000000000',
  );
  example(
    conflict
      .command('resolve <id>')
      .description('Decide a conflict. What loses stays in history.')
      .addOption(choice('--take <side>', 'one side, whole', ['local', 'remote']))
      .option('--choose <file:hunk=side...>', 'merge, with local, remote or both for each open hunk')
      .option('--file <path=@file...>', 'write these files by hand')
      .action(
        async (
          id: string,
          options: { take?: 'local' | 'remote'; choose?: string[]; file?: string[] },
          command: Command,
        ) => {
          const { client, out } = contextOf(command, io);
          const resolved = await client.conflicts.resolve({ id, ...(await resolutionOf(options, io)) });
          out.fields(resolved, { id: resolved.id, status: resolved.status, resolution: resolved.resolution });
        },
      ),
    'conflict resolve 01930f3e-0000-7000-8000-000000000000 --take local',
    'conflict resolve 01930f3e-0000-7000-8000-000000000000 --choose main.js:h1=remote',
  );
}

const text = (value: unknown): string =>
  value === undefined ? '(none)' : typeof value === 'string' ? value.trimEnd() : JSON.stringify(value);

async function resolutionOf(options: { take?: 'local' | 'remote'; choose?: string[]; file?: string[] }, io: Io) {
  if (options.take) return { resolution: `take_${options.take}` as const };
  if (options.file) {
    const files: Record<string, string> = {};
    for (const given of options.file) {
      const cut = given.indexOf('=');
      files[given.slice(0, cut)] = await readText(given.slice(cut + 1), io);
    }
    return { resolution: 'manual' as const, files };
  }
  const choices: Record<string, Record<string, Choice>> = {};
  for (const given of options.choose ?? []) {
    const match = given.match(/^(.+?):(.+)=(local|remote|both)$/);
    if (!match) throw new Failed(`${given} is not of the form file:hunk=local|remote|both.`, exitCodes.usage);
    const [, path = '', hunk = '', side] = match;
    choices[path] = { ...choices[path], [hunk]: side as Choice };
  }
  return { resolution: 'merge' as const, choices };
}
