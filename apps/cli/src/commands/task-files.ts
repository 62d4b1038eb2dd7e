import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import { contextOf, type Io, taskId } from '../context.ts';
import { editText, sendEdited } from '../edit-text.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { writeWhole } from '../write-whole.ts';

/** The files that a task is made of, below `task file`. */
export function taskFileCommands(task: Command, io: Io): void {
  const file = example(task.command('file').description('The files it is made of.'), 'task file list "CSV to JSON"');
  example(
    file
      .command('list <task>')
      .description('Its files.')
      .action(async (given: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        const found = await context.client.tasks.listFiles({ id: await taskId(context, given) });
        context.out.rows(found, found.items, ['path', 'size', 'digest']);
      }),
    'task file list "CSV to JSON"',
  );
  example(
    file
      .command('show <task> <name>')
      .description('One file, byte for byte.')
      .option('--out <file>', 'write it there; to standard output without')
      .action(async (given: string, path: string, options: { out?: string }, command: Command) => {
        const context = contextOf(command, io);
        const { out } = context;
        const found = await context.client.tasks.getFile({ id: await taskId(context, given), path });
        if (out.json) return out.line(JSON.stringify(found, null, 2));
        const bytes = Buffer.from(found.content, found.encoding);
        if (options.out === undefined) return void io.stdout.write(bytes);
        writeWhole(options.out, bytes, found.mode === '100755' ? 0o755 : 0o644);
        out.line(`Wrote ${options.out}.`);
      }),
    'task file show "CSV to JSON" README.md',
  );
  example(
    file
      .command('set <task> <name> [file]')
      .description('Write one file: from a file of this machine, from standard input with -, or in an editor without.')
      .option('--because <text>', 'what the change is for')
      .action(async (given: string, path: string, from: string | undefined, options: { because?: string }, command) => {
        const context = contextOf(command, io);
        const { client, out } = context;
        const id = await taskId(context, given);
        const put = (content: string, encoding: 'utf8' | 'base64', expectedRevision?: number) =>
          client.tasks.putFile({ id, path, content, encoding, expectedRevision, changeDescription: options.because });
        if (from !== undefined) {
          const changed = await put((await bytesOf(from, io)).toString('base64'), 'base64');
          return out.fields(changed, { name: changed.name, revision: changed.revision });
        }
        const { files, revision } = await client.tasks.get({ id });
        const there = files.some((each) => each.path === path) ? await client.tasks.getFile({ id, path }) : null;
        if (there?.encoding === 'base64')
          throw new Failed(`${path} is not text. Name a file of this machine to put in its place.`, exitCodes.usage);
        const edited = await editText(there?.content ?? '', path, io);
        if (!edited) return out.line(out.json ? 'null' : 'Nothing was changed.');
        const changed = await sendEdited(edited, (text) => put(text, 'utf8', revision));
        out.fields(changed, { name: changed.name, revision: changed.revision });
      }),
    'task file set "CSV to JSON" README.md ./README.md',
    'task file set "CSV to JSON" README.md',
  );
  example(
    file
      .command('delete <task> <name>')
      .description('Remove one file; history keeps it.')
      .action(async (given: string, path: string, _options: object, command: Command) => {
        const context = contextOf(command, io);
        await context.client.tasks.deleteFile({ id: await taskId(context, given), path });
        if (!context.out.json) context.out.line('Deleted.');
      }),
    'task file delete "CSV to JSON" notes.txt',
  );
}

async function bytesOf(from: string, io: Io): Promise<Buffer> {
  if (from === '-') return buffer(io.stdin);
  try {
    return readFileSync(from);
  } catch {
    throw new Failed(`The file ${from} cannot be read.`, exitCodes.usage);
  }
}
