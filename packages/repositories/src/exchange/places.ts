import type { TaskPlace } from '@ratchet/store/queries/tasks';
import { foldersOf } from '@ratchet/sync/paths';

/** Which places and names of a repository are taken, kept up to date while tasks are added to it. */
export class Places {
  readonly #at = new Map<string, Omit<TaskPlace, 'path'>>();
  /** The uuids of the tasks that have a name; versions of one task have the same. */
  readonly #named = new Map<string, string[]>();
  /** Folders that have a task below them. */
  readonly #above = new Map<string, string>();

  constructor(taken: Iterable<TaskPlace>) {
    for (const { path, ...place } of taken) this.add(path, place);
  }

  add(path: string, place: Omit<TaskPlace, 'path'>): void {
    const before = this.#at.get(path);
    if (before) this.#forget(before);
    this.#at.set(path, place);
    this.#named.set(place.name, [...(this.#named.get(place.name) ?? []), place.uuid]);
    for (const folder of foldersOf(path)) this.#above.set(folder, path);
  }

  at(path: string): Omit<TaskPlace, 'path'> | undefined {
    return this.#at.get(path);
  }

  /** Whether another task has the name; versions of one task share it. */
  isNamed(name: string, uuid: string): boolean {
    return this.#named.get(name)?.some((other) => other !== uuid) ?? false;
  }

  #forget({ name, uuid }: Omit<TaskPlace, 'path'>): void {
    const uuids = [...(this.#named.get(name) ?? [])];
    uuids.splice(uuids.indexOf(uuid), 1);
    this.#named.set(name, uuids);
  }

  /** The task in whose folder a path lies, or that lies in the folder which a task there would have; null: none. */
  entangled(path: string, isFolder: boolean): string | null {
    for (const folder of foldersOf(path)) if (this.#at.get(folder)?.isFolder) return folder;
    return isFolder ? (this.#above.get(path) ?? null) : null;
  }
}
