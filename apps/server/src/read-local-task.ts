import { lstatSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';
import type { TaskCode } from '@ratchet/sandbox/sandbox';
import { digestOf } from '@ratchet/sync/digest';
import { createFilesystemRemote } from '@ratchet/sync/endpoints/filesystem/filesystem-remote';
import type { Discovered } from '@ratchet/sync/kind';
import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import { createTaskKind } from '@ratchet/sync/kinds/task/task-kind';

export interface LocalTask {
  readonly path: string;
  readonly fields: TaskFields;
  readonly code: TaskCode;
}

/** Tasks below a folder of this machine. Nothing is stored. */
export function localFolder(root: string) {
  const remote = createFilesystemRemote({ root, subPath: null, writable: false });
  const kind = createTaskKind();
  const contents = async (files: Discovered['files']) => {
    const found = new Map<string, Uint8Array>();
    for await (const { file, bytes } of remote.read(files)) found.set(file.path, bytes);
    return found;
  };
  return {
    /** Those that are there now. */
    async find(): Promise<readonly Discovered[]> {
      const { files } = await remote.list();
      return kind.discover(files, { watch: [], ignore: [] }, contents);
    },
    /** Throws TASK_INVALID for one that cannot be read at all. */
    async read(wanted: Discovered): Promise<LocalTask> {
      const bytes = new Map(
        [...(await contents(wanted.files))].map(([name, content]) => [name.slice(wanted.root.length), content]),
      );
      const projected = kind.project(wanted.path === '.' ? basename(root) : wanted.path, bytes);
      if ('unreadable' in projected)
        throw new RatchetError('TASK_INVALID', `${projected.unreadable.path}: ${projected.unreadable.message}`, [
          projected.unreadable,
        ]);
      const texts = new Map(
        [...bytes]
          .filter(([, content]) => !content.includes(0))
          .map(([name, content]) => [
            name,
            Buffer.from(content)
              .toString('utf8')
              .replace(/^\uFEFF/, ''),
          ]),
      );
      const { fields } = projected;
      const key = digestOf(Buffer.from(JSON.stringify([...texts])));
      const code = { key, files: texts, entry: fields.entry, sourceType: fields.sourceType };
      return { path: wanted.path, fields, code };
    },
  };
}

/** Reads the one task at a path: a folder, or a file of a pair or script. */
export async function readLocalTask(path: string): Promise<LocalTask> {
  const full = resolve(path);
  const missing = () =>
    new RatchetError(
      'NOT_FOUND',
      `There is no task at ${path}: a task is a folder with metadata.json or task.yaml, code with YAML beside it, or a script with @version.`,
    );
  if (!lstatSync(full, { throwIfNoEntry: false })) throw missing();
  const isFile = statSync(full).isFile();
  const folder = localFolder(isFile ? dirname(full) : full);
  const documents = await folder.find();
  const wanted = isFile
    ? documents.find((d) => d.path === basename(full) || d.files.some((f) => f.path === basename(full)))
    : documents.length === 1
      ? documents[0]
      : documents.find((d) => d.path === '.');
  if (wanted) return folder.read(wanted);
  if (documents.length < 2) throw missing();
  const some = documents.slice(0, 10).map((d) => d.path);
  throw new RatchetError('VALIDATION_FAILED', `There are several tasks at ${path}: ${some.join(', ')}. Name one.`);
}
