import { revised } from './edit-task.ts';
import type { TaskFiles } from './project-task.ts';
import { baseName, shapeOf } from './shape.ts';
import { decode, encode } from './text.ts';

/** What makes a task another one than that it is a copy of. */
export interface NewIdentity {
  /** Where it will stand: its folder, or the file that carries it. */
  readonly path: string;
  /** Written only where the metadata says a name itself. */
  readonly name: string;
  readonly uuid: string;
  /** Name and uuid are written where the metadata says none, too: a version beside others has theirs wherever it stands. */
  readonly always?: boolean;
}

/**
 * The files of a task as those of another one: with a new name and uuid where its metadata has them, under the names that
 * its new place needs. null: its metadata cannot be edited so.
 */
export function copyTask(
  from: string,
  files: TaskFiles,
  metadata: Readonly<Record<string, unknown>>,
  to: NewIdentity,
): ReadonlyMap<string, Uint8Array> | null {
  const shape = shapeOf(from, (name) => files.has(name));
  if (!shape) return null;
  const changes = new Map<string, unknown>();
  for (const key of ['name', 'uuid'] as const)
    if (to.always || (metadata[key] !== undefined && metadata[key] !== null)) changes.set(key, to[key]);
  const copied = new Map(files);
  if (changes.size > 0) {
    const old = decode(files.get(shape.carrier) ?? new Uint8Array());
    const text = old && revised(shape, old.text, changes);
    if (!old || text === null) return null;
    copied.set(shape.carrier, encode(text, old.marked));
  }
  if (shape.form !== 'pair' && shape.form !== 'script') return copied;
  const stem = (path: string) => baseName(path).replace(/\.[jt]s$/, '');
  const [was, is] = [stem(from), stem(to.path)];
  return new Map(
    [...copied].map(([name, bytes]) => [name.startsWith(`${was}.`) ? is + name.slice(was.length) : name, bytes]),
  );
}
