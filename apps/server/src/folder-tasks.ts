import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Problem } from '@ratchet/contract/entities/task';
import { RatchetError } from '@ratchet/contract/errors';
import { placeSource } from '@ratchet/repositories/exchange/open-source';
import { type FoundTask, readTasks, treeOf } from '@ratchet/repositories/exchange/read-tasks';
import { withArchives } from '@ratchet/repositories/exchange/task-source';
import { checksumOf } from '@ratchet/sync/digest';
import { createTaskKind } from '@ratchet/sync/kinds/task/task-kind';

/** A task of a folder, without the contents of its files. */
export interface FolderTask {
  /** Where it is in the folder (`.`: the top); archives stand there as folders of their names without `.zip`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly form: string;
  readonly uuid: string | null;
  /** Over its tree, as the database has it. */
  readonly checksum: string;
  readonly files: number;
  readonly bytes: number;
}

/** One file with its bytes; `path` within the folder. */
export interface FolderFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly mode: string;
}

export interface FolderTasks {
  readonly tasks: readonly FolderTask[];
  readonly problems: readonly Problem[];
  /** Files that belong to no task. */
  readonly others: readonly string[];
  /** The files of some of the tasks, by the task's path, as they are now. */
  read(paths: ReadonlySet<string>, signal?: AbortSignal): Promise<ReadonlyMap<string, readonly FolderFile[]>>;
  close(): Promise<void>;
}

interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Every task in a folder or zip file, in any form, read and judged. Nothing is kept of the contents. Throws
 * VALIDATION_FAILED or NOT_FOUND for what cannot be read at all.
 */
export async function readFolderTasks(place: string, { signal, progress }: ReadOptions = {}): Promise<FolderTasks> {
  const full = resolve(place);
  if (!lstatSync(full, { throwIfNoEntry: false })) throw new RatchetError('NOT_FOUND', `There is nothing at ${place}.`);
  const opened = await placeSource(full, signal);
  try {
    const kind = createTaskKind();
    const source = await withArchives(opened, kind, signal);
    const documents = [...(await kind.discover(source.files, { watch: [], ignore: [] }, source.read))].sort((a, b) =>
      a.path < b.path ? -1 : 1,
    );
    const problems: Problem[] = [...source.problems];
    const tasks: FolderTask[] = [];
    for await (const found of readTasks(source, documents, kind, (problem) => problems.push(problem), signal)) {
      tasks.push(taskOf(found));
      const root = kind.rootOf(found.path, found.files.keys());
      for (const problem of found.fields.problems) problems.push({ ...problem, path: root + problem.path });
      if (tasks.length % 50 === 0) progress?.(tasks.length, documents.length);
    }
    const owned = new Set(documents.flatMap(({ files }) => files.map(({ path }) => path)));
    return {
      tasks,
      problems,
      others: source.files.map(({ path }) => path).filter((path) => !owned.has(path) && !/\.zip$/i.test(path)),
      async read(paths, stop) {
        const wanted = documents.filter(({ path }) => paths.has(path));
        const files = new Map<string, FolderFile[]>();
        for await (const found of readTasks(source, wanted, kind, () => {}, stop)) {
          const root = kind.rootOf(found.path, found.files.keys());
          files.set(
            found.path,
            [...found.files].map(([name, { bytes, mode }]) => ({ path: root + name, bytes, mode })),
          );
        }
        return files;
      },
      close: () => opened.close(),
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function taskOf({ path, fields, files }: FoundTask): FolderTask {
  const { name, version, form, uuid } = fields;
  const bytes = [...files.values()].reduce((sum, file) => sum + file.bytes.length, 0);
  return { path, name, version, form, uuid, checksum: checksumOf(treeOf(files).tree), files: files.size, bytes };
}
