import { lstatSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { TestReport, ValidationResult } from '@ratchet/contract/entities/task';
import { RatchetError } from '@ratchet/contract/errors';
import type { Discovered } from '@ratchet/sync/kind';
import { watch } from '@ratchet/sync/watch';
import type * as z from 'zod';
import { testedIn, validatedIn } from './local-task.ts';
import { localFolder } from './read-local-task.ts';
import { serverSandbox } from './sandbox.ts';

/** How a task of a folder is now. */
interface CheckedTask {
  readonly path: string;
  readonly name: string;
  readonly problems: z.output<typeof ValidationResult>['problems'];
  /** null: it has errors, so its tests were not run. */
  readonly tests: z.output<typeof TestReport> | null;
}

interface LocalTasks {
  /** The folder that is looked at. */
  readonly root: string;
  /** Tasks that are new or changed since the last look, and paths of those that are gone. */
  look(): Promise<{
    readonly changed: readonly Discovered[];
    readonly gone: readonly string[];
    readonly total: number;
  }>;
  /** Validates a task and runs its tests. */
  check(task: Discovered): Promise<CheckedTask>;
  /** Says when to look again. */
  watch(onHint: () => void, onTrouble: (message: string) => void): void;
  close(): Promise<void>;
}

/** Tasks at a path of this machine, as they are edited: a folder of them, or one. Throws NOT_FOUND where nothing is. */
export function localTasks(path: string): LocalTasks {
  const full = resolve(path);
  if (!lstatSync(full, { throwIfNoEntry: false })) throw new RatchetError('NOT_FOUND', `There is nothing at ${path}.`);
  const isFile = statSync(full).isFile();
  const root = isFile ? dirname(full) : full;
  const folder = localFolder(root);
  const sandbox = serverSandbox({ runners: 2 });
  const concerns = ({ path: at, files }: Discovered) =>
    !isFile || at === basename(full) || files.some((file) => file.path === basename(full));
  let seen = new Map<string, string>();
  let watching: ReturnType<typeof watch> | null = null;
  return {
    root,
    async look() {
      const found = (await folder.find()).filter(concerns);
      const now = new Map(found.map((each) => [each.path, stateOf(each)]));
      const changed = found.filter(({ path: at }) => seen.get(at) !== now.get(at));
      const gone = [...seen.keys()].filter((at) => !now.has(at));
      seen = now;
      return { changed, gone, total: found.length };
    },
    async check(document) {
      try {
        const task = await folder.read(document);
        const { problems, valid } = await validatedIn(sandbox, task);
        const tests = valid ? await testedIn(sandbox, task, { parallel: 4, stopOnFailure: false, trace: false }) : null;
        return { path: document.path, name: task.fields.name, problems, tests };
      } catch (error) {
        if (!(error instanceof RatchetError)) throw error;
        const problem = { severity: 'error' as const, path: document.path, code: error.code, message: error.message };
        return { path: document.path, name: document.path, problems: [problem], tests: null };
      }
    },
    watch(onHint, onTrouble) {
      watching = watch({ path: root, onHint: () => onHint(), onTrouble: (message) => onTrouble(message) });
    },
    async close() {
      await watching?.close();
      await sandbox.close();
    },
  };
}

/** Equal while no file of it changed. */
const stateOf = ({ files }: Discovered): string =>
  files.map(({ path, mode, token }) => `${path}\u0000${mode}\u0000${token}`).join('\n');
