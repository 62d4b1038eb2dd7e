import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { contextOf, type Io } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { globalsOf } from '../global-options.ts';
import type { Output } from '../output.ts';
import { progressLine } from '../progress.ts';
import { type CheckedTask, changesOf, isGood, stateLine, troubleLines } from '../show-checked-task.ts';

interface Options {
  readonly once?: boolean;
  readonly serve?: boolean;
  readonly port?: string;
  readonly dataDir?: string;
}

export function devCommand(root: Command, io: Io): void {
  example(
    root
      .command('dev [path]')
      .description('Watch a folder of tasks, or one task: on each save validate it, run its tests, say what changed.')
      .option('--once', 'check everything once and end, with 1 where something is wrong')
      .option('--serve', 'start a server besides, which keeps the folder in step and shows it on its page')
      .option('--port <number>', 'with --serve: its port; a free one without')
      .option('--data-dir <folder>', 'with --serve: where it keeps its data; thrown away at the end without')
      .action(async (path: string | undefined, options: Options, command: Command) => {
        const { out } = contextOf(command, io, { embedded: false });
        if (options.once && options.serve) throw new Failed('Say --once or --serve, not both.', exitCodes.usage);
        const tasks = await open(path ?? '.');
        const closing: (() => Promise<unknown>)[] = [() => tasks.close()];
        try {
          const checked = new Map<string, CheckedTask>();
          if (options.serve) closing.push(await serve(tasks.root, options, command, io));
          await round(tasks, checked, out, io);
          if (options.once) {
            const bad = [...checked.values()].filter((task) => !isGood(task)).length;
            if (bad > 0) throw new Failed(`${bad} of ${checked.size} tasks are not as they should be.`);
            return;
          }
          if (!out.json) out.line(out.dim(`Watching ${tasks.root}. Ctrl-C ends.`));
          await untilInterrupted(tasks, checked, out, io);
          throw new Failed('', exitCodes.interrupted);
        } finally {
          for (const close of closing.reverse()) await close();
        }
      }),
    'dev ./tasks',
    'dev ./tasks/csv-to-json --serve --port 8080',
    'dev --once',
  );
}

const open = async (path: string) => (await import('@ratchet/server/local-tasks')).localTasks(path);
type LocalTasks = Awaited<ReturnType<typeof open>>;

/** Checks what is new since the last round, and says how it differs from before. */
async function round(tasks: LocalTasks, checked: Map<string, CheckedTask>, out: Output, io: Io): Promise<void> {
  const { changed, gone, total } = await tasks.look();
  const first = checked.size === 0;
  for (const path of gone) {
    checked.delete(path);
    out.line(out.json ? JSON.stringify({ path, gone: true }) : `${out.dim('gone')}  ${path}`);
  }
  const line = progressLine(io.stderr);
  for (const [i, document] of changed.entries()) {
    line.onProgress({ stage: 'Checking', done: i, total: changed.length });
    const now = await tasks.check(document);
    line.end();
    const before = checked.get(now.path);
    checked.set(now.path, now);
    if (out.json) out.line(JSON.stringify(now));
    else
      for (const each of [stateLine(now, out), ...changesOf(before, now, out), ...troubleLines(now, out)])
        out.line(each);
  }
  line.end();
  if (out.json || (changed.length === 0 && gone.length === 0 && !first)) return;
  const bad = [...checked.values()].filter((task) => !isGood(task)).length;
  if (total === 0) out.line('There are no tasks. "ratchet generate task" makes one.');
  else out.line(bad === 0 ? out.good(`${total} tasks are good.`) : out.bad(`${bad} of ${total} tasks are not.`));
}

/** One round at a time; what is saved during one makes another. */
function untilInterrupted(tasks: LocalTasks, checked: Map<string, CheckedTask>, out: Output, io: Io): Promise<void> {
  let again = false;
  let running: Promise<void> | null = null;
  return new Promise((resolve, reject) => {
    const go = (): void => {
      if (running) {
        again = true;
        return;
      }
      running = round(tasks, checked, out, io).then(
        () => {
          running = null;
          if (!again) return;
          again = false;
          go();
        },
        (error) => reject(error),
      );
    };
    tasks.watch(go, (message) => void io.stderr.write(`${message}\n`));
    const end = (): void => {
      process.off('SIGINT', end);
      process.off('SIGTERM', end);
      void (running ?? Promise.resolve()).finally(resolve);
    };
    if (io.signal) io.signal.addEventListener('abort', end, { once: true });
    else {
      process.on('SIGINT', end);
      process.on('SIGTERM', end);
    }
    // What was saved while the first round went on.
    go();
  });
}

/** A server that has the folder as a repository. Answers how it is ended. */
async function serve(folder: string, options: Options, command: Command, io: Io): Promise<() => Promise<void>> {
  const { startServer } = await import('@ratchet/server/start-server');
  const { createClient } = await import('@ratchet/client/create-client');
  const { webPage } = await import('../web-page.ts');
  const own = options.dataDir === undefined ? mkdtempSync(join(tmpdir(), 'ratchet-dev-')) : null;
  const { config, logLevel } = globalsOf(command);
  const server = await startServer({
    host: '127.0.0.1',
    port: options.port ?? '0',
    dataDir: options.dataDir ?? own ?? undefined,
    logLevel: logLevel ?? 'error',
    usual: { 'auth.mode': 'none' },
    web: () => webPage((line) => void io.stderr.write(`${line}\n`)),
    ...(config === undefined ? {} : { config }),
    environment: io.env,
  });
  const close = async () => {
    await server.close();
    if (own) rmSync(own, { recursive: true, force: true });
  };
  try {
    const client = createClient({
      baseUrl: server.address,
      ...(io.env.RATCHET_TOKEN ? { token: io.env.RATCHET_TOKEN } : {}),
    });
    const name = basename(folder) || 'dev';
    const { items } = await client.repositories.list({ filters: [{ field: 'name', value: name }] });
    const repository =
      items[0] ?? (await client.repositories.create({ name, uri: folder, repositoryType: 'filesystem' }));
    await client.repositories.sync({ id: repository.id });
    io.stderr.write(`Ratchet serves ${folder} at ${server.address}\n`);
    return close;
  } catch (error) {
    await close();
    throw error;
  }
}
