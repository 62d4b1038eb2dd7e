import { resolve } from 'node:path';
import type { Command } from 'commander';
import { contextOf, type Io, repositoryId, taskId } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { folderTarget, zipTarget } from '../export-target.ts';
import { exportTasks } from '../export-tasks.ts';
import { progressLine } from '../progress.ts';
import { shownSize } from '../shown-size.ts';
import { untilInterrupted } from '../until-interrupted.ts';

interface Options {
  to: string;
  out?: string;
  repository?: string;
  tag?: string;
  force?: boolean;
}

/** Any number of tasks out of a server at once. */
export function exportCommand(root: Command, io: Io): void {
  example(
    root
      .command('export [task...]')
      .description(
        'Give tasks out into a folder or a zip file, byte for byte, however many: all without names. It is there whole, or not at all.',
      )
      .option('--to <what>', 'folder or zip', 'folder')
      .option('--out <path>', 'where it goes; ./tasks or ./tasks.zip without')
      .option('--repository <name>', 'only tasks of this repository')
      .option('--tag <tag>', 'only tasks with this tag')
      .option('--force', 'in the place of what is there')
      .action((tasks: string[], options: Options, command: Command) =>
        untilInterrupted((signal) => give(tasks, options, command, io, signal)),
      ),
    'export --to zip --out backup-of-tasks.zip',
    'export --repository ops --out ./ops',
  );
}

async function give(
  names: readonly string[],
  { to, out: place, repository, tag, force = false }: Options,
  command: Command,
  io: Io,
  signal: AbortSignal,
): Promise<void> {
  if (to !== 'folder' && to !== 'zip') throw new Failed('--to is folder or zip.', exitCodes.usage);
  const context = contextOf(command, io);
  const { client, out } = context;
  const ids: string[] = [];
  for (const name of names) ids.push(await taskId(context, name));
  const filters = [
    ...(repository ? [{ field: 'repositoryId', value: await repositoryId(context, repository) }] : []),
    ...(tag ? [{ field: 'tag', value: tag }] : []),
  ];
  const path = resolve(place ?? (to === 'zip' ? 'tasks.zip' : 'tasks'));
  const target = await (to === 'zip' ? zipTarget(path, force) : folderTarget(path, force));
  const line = progressLine(io.stderr);
  try {
    const progress = (done: number, total: number) => line.onProgress({ stage: 'export', done, total });
    const exported = await exportTasks({ client, ids, filters, target, signal, progress });
    signal.throwIfAborted();
    if (exported.tasks === 0) throw new Failed('There is no such task: nothing was written.');
    await target.finish();
    line.end();
    const { tasks, files, bytes, problems } = exported;
    for (const problem of problems) io.stderr.write(`${problem.path}: ${problem.message}\n`);
    if (out.json) out.line(JSON.stringify({ to, path, ...exported }, null, 2));
    else out.line(`Wrote ${tasks} tasks, ${files} files, ${shownSize(bytes)}, to ${path}.`);
  } catch (error) {
    line.end();
    await target.abandon();
    if (signal.aborted) throw new Failed('Stopped; nothing was written.', 130);
    throw error;
  }
}
