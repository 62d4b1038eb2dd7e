import { setImmediate } from 'node:timers/promises';
import type { Problem } from '@ratchet/contract/entities/task';
import { digestOf } from '@ratchet/sync/digest';
import { zipLimits } from '@ratchet/sync/endpoints/zip/zip-limits';
import type { Discovered, Kind } from '@ratchet/sync/kind';
import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import type { Entry } from '@ratchet/sync-core/tree';
import type { Files } from '../task-store.ts';
import type { TaskSource } from './task-source.ts';

/** A task as it was found in a source. */
export interface FoundTask {
  /** Where it is in the source: its folder (`.`: the top), or the file that carries it. */
  readonly path: string;
  readonly fields: TaskFields;
  readonly files: Files;
}

/** Documents whose contents are held at once while they are read. */
const batchBytes = 8 * 1024 * 1024;
const batchCount = 500;
/** Others get their turn after so many milliseconds. */
const slice = 8;

/**
 * Reads documents of a source, in order. What cannot be a task is told to `problem`, with its path in the source, and left
 * out.
 */
export async function* readTasks(
  source: TaskSource,
  documents: readonly Discovered[],
  kind: Pick<Kind<TaskFields>, 'project'>,
  problem: (problem: Problem) => void,
  signal?: AbortSignal,
): AsyncGenerator<FoundTask> {
  let since = performance.now();
  const lost = source.problems.filter(({ severity }) => severity === 'error').map(({ path }) => path);
  for (const batch of batches(documents.filter((document) => isWhole(document, lost)))) {
    signal?.throwIfAborted();
    const contents = await source.read(batch.flatMap(({ files }) => files));
    for (const { path, root, files } of batch) {
      if (performance.now() - since > slice) {
        await setImmediate();
        signal?.throwIfAborted();
        since = performance.now();
      }
      const found = new Map<string, Files extends ReadonlyMap<string, infer F> ? F : never>();
      let wrong: Omit<Problem, 'severity'> | null = null;
      for (const file of files) {
        const bytes = contents.get(file.path);
        if (file.mode === '120000' || file.mode === '160000') {
          problem(link(file.path));
          continue;
        }
        if (file.size > zipLimits.fileBytes)
          wrong = { path: file.path, code: 'too_large', message: `It has more than ${zipLimits.fileBytes} bytes.` };
        else if (!bytes) wrong = { path: file.path, code: 'unreadable', message: 'It cannot be read now.' };
        else found.set(file.path.slice(root.length), { bytes, mode: file.mode });
        if (wrong) break;
      }
      if (wrong) {
        problem({ ...wrong, severity: 'error' });
        continue;
      }
      const projected = kind.project(path, new Map([...found].map(([name, { bytes }]) => [name, bytes])));
      if ('unreadable' in projected) problem(projected.unreadable);
      else yield { path, fields: projected.fields, files: found };
    }
  }
}

const link = (path: string): Problem => ({
  path,
  code: 'path_refused',
  message: 'It is a link, which is never followed; it is left out.',
  severity: 'warning',
});

/** A task of which a file is there and cannot be had would be taken over without it: the problem is told, the task stays out. */
const isWhole = ({ path, root }: Discovered, lost: readonly string[]): boolean =>
  !(root === `${path}/` || (path === '.' && root === '')) || !lost.some((one) => one.startsWith(root));

/** Files as the tree that the database keeps, and the contents that it needs. */
export function treeOf(files: Files) {
  const tree = new Map<string, Entry>();
  const blobs: { digest: string; bytes: Uint8Array }[] = [];
  for (const [name, { bytes, mode }] of files) {
    const digest = digestOf(bytes);
    tree.set(name, { digest, mode });
    blobs.push({ digest, bytes });
  }
  return { tree, blobs };
}

function* batches(documents: readonly Discovered[]): Generator<Discovered[]> {
  let batch: Discovered[] = [];
  let bytes = 0;
  for (const document of documents) {
    const size = document.files.reduce((sum, file) => sum + file.size, 0);
    if (batch.length === batchCount || (batch.length > 0 && bytes + size > batchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(document);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
