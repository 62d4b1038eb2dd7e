import type { Client } from '@ratchet/client/create-client';
import type { Problem, TaskSummary } from '@ratchet/contract/entities/task';
import type { ExportedFile, ExportTarget } from './export-target.ts';

export interface ExportOptions {
  readonly client: Client;
  /** The tasks of these ids; else those that the filters leave. */
  readonly ids: readonly string[];
  readonly filters: { field: string; value: string }[];
  readonly target: ExportTarget;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

export interface Exported {
  readonly tasks: number;
  readonly files: number;
  readonly bytes: number;
  readonly problems: readonly Problem[];
}

/** Tasks that one call gives out. */
const atOnce = 200;
/** What stands under no repository, where there are several. */
const aside = 'unassigned';

/**
 * Writes tasks to a target as the operation gives them out: as in their repository, below its name where there are several.
 * Some tasks at a time, so that any number of them fits. A task whose place is taken stands under its id.
 */
export async function exportTasks({
  client,
  ids,
  filters,
  target,
  signal,
  progress,
}: ExportOptions): Promise<Exported> {
  const chosen = await wanted(client, ids, filters, signal);
  const homes = Map.groupBy(chosen, ({ repositoryInfo }) => repositoryInfo?.repositoryId ?? null);
  const taken = new Set<string>();
  const counts = { tasks: 0, files: 0, bytes: 0 };
  const problems: Problem[] = [];
  const write = async (files: readonly ExportedFile[], prefix: string): Promise<void> => {
    for (const file of files) {
      const path = prefix + file.path;
      taken.add(path);
      await target.add({ ...file, path });
      counts.files++;
      counts.bytes += file.bytes.length;
    }
  };
  const read = async (some: readonly string[]): Promise<ExportedFile[]> => {
    const answer = await client.tasks.export({ ids: [...some], format: 'json' }, { signal });
    problems.push(...answer.problems);
    return (answer.files ?? []).map(({ path, content, encoding, mode }) => ({
      path,
      bytes: Buffer.from(content, encoding),
      executable: mode === '100755',
    }));
  };
  for (const tasks of homes.values()) {
    const name = tasks[0]?.repositoryInfo?.repositoryName;
    const prefix = homes.size > 1 ? `${name === undefined ? aside : folderName(name)}/` : '';
    for (let at = 0; at < tasks.length; at += atOnce) {
      signal.throwIfAborted();
      progress(counts.tasks, chosen.length);
      const some = tasks.slice(at, at + atOnce).map(({ id }) => id);
      const files = await read(some);
      if (!files.some(({ path }) => taken.has(prefix + path))) await write(files, prefix);
      else
        for (const id of some) {
          const own = await read([id]);
          await write(own, own.some(({ path }) => taken.has(prefix + path)) ? `${prefix}${id}/` : prefix);
        }
      counts.tasks += some.length;
    }
  }
  return { ...counts, problems };
}

async function wanted(
  client: Client,
  ids: readonly string[],
  filters: ExportOptions['filters'],
  signal: AbortSignal,
): Promise<TaskSummary[]> {
  const found: TaskSummary[] = [];
  const pick = ids.length > 0 ? [...filters, { field: 'id', value: [...ids] }] : filters;
  for (let page = 1; ; page++) {
    const request = { filters: pick, sort: [{ field: 'id', order: 'asc' as const }], limit: 1000, page };
    const { items, meta } = await client.tasks.list(request, { signal });
    found.push(...items);
    if (!meta.hasNext) return found;
  }
}

const folderName = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .toLowerCase() || 'repository';
