import { newId } from '@ratchet/store/id';
import type { Kind } from '@ratchet/sync/kind';
import { copyTask } from '@ratchet/sync/kinds/task/copy-task';
import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import type { Files } from '../task-store.ts';
import type { Places } from './places.ts';

/** A task on its way into a repository. */
export interface Arrival {
  /** Where it is in what it comes from. */
  readonly from: string;
  /** Where it goes in the repository. */
  readonly path: string;
  readonly fields: TaskFields;
  readonly files: Files;
  readonly uuid: string;
}

const mostTries = 10_000;

/** The same task at a place and under a name that are free, with an identity of its own; null: it cannot be. */
export function renamed(places: Places, arrival: Arrival, kind: Pick<Kind<TaskFields>, 'project'>): Arrival | null {
  const [, stem = arrival.path, extension = ''] = isFile(arrival)
    ? (/^(.*)(\.[jt]s)$/.exec(arrival.path) ?? [])
    : [null, arrival.path];
  for (let n = 2; n < mostTries; n++) {
    const path = `${stem}-${n}${extension}`;
    const name = `${arrival.fields.name} ${n}`;
    const uuid = newId();
    if (places.at(path) || places.isNamed(name, uuid) || places.entangled(path, extension === '')) continue;
    const contents = new Map([...arrival.files].map(([file, { bytes }]) => [file, bytes]));
    const copied = copyTask(arrival.path, contents, arrival.fields.metadata, { path, name, uuid });
    const projected = copied && kind.project(path, copied);
    if (!copied || !projected || 'unreadable' in projected) return null;
    const modes = [...arrival.files.values()].map(({ mode }) => mode);
    const files: Files = new Map(
      [...copied].map(([file, bytes], i) => [file, { bytes, mode: modes[i] ?? ('100644' as const) }]),
    );
    return { from: arrival.from, path, fields: projected.fields, files, uuid: projected.fields.uuid ?? uuid };
  }
  return null;
}

const isFile = ({ fields: { form } }: Arrival): boolean => form === 'pair' || form === 'script';
