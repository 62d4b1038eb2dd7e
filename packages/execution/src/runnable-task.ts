import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { TaskCode } from '@ratchet/sandbox/sandbox';
import type { Queryable } from '@ratchet/store/database';
import { getBlobs } from '@ratchet/store/queries/blobs';
import type { TaskRow } from '@ratchet/store/queries/documents';
import type { TaskStand } from '@ratchet/store/queries/execution-runs';
import { taskById, versionAt } from '@ratchet/store/queries/tasks';

/** A task as it can be run: its row and its files as texts. */
export interface RunnableTask {
  readonly row: TaskRow;
  readonly code: TaskCode;
  /** Hosts its metadata narrows the network to; null: as the server allows. */
  readonly allow: readonly string[] | null;
  /** What its metadata asks for; the server's limits cap it. */
  readonly timeoutMs: number | null;
  readonly memoryMb: number | null;
  /** Seconds that a result may be answered again for the same input; null: every run runs. */
  readonly cacheSeconds: number | null;
}

const maxFileBytes = 5_000_000;

/** A file as code may import it; null: it is a link, too large, or no text. */
export const importableText = (bytes: Uint8Array, mode: string): string | null =>
  bytes.length > maxFileBytes || mode === '120000' || mode === '160000' || bytes.includes(0)
    ? null
    : Buffer.from(bytes)
        .toString('utf8')
        .replace(/^\uFEFF/, '');
const cached = 500;
const maxCacheSeconds = 30 * 86_400;

/** What the files of a task say; null: they do not make a task. Paths are within the task. */
export type ProjectFiles = (
  path: string,
  files: ReadonlyMap<string, Uint8Array>,
) => Pick<TaskRow, 'metadata' | 'inputSchema' | 'outputSchema' | 'sourceType'> | null;

export type TaskLoader = ReturnType<typeof taskLoader>;

/**
 * Loads tasks with their files, as they are or at a revision of theirs; the files of a revision are kept, and each task as
 * it was last loaded.
 */
export function taskLoader(db: Queryable, project: ProjectFiles) {
  const files = new Map<string, ReadonlyMap<string, string>>();
  const loaded = new Map<string, RunnableTask>();

  async function filesOf(row: Pick<TaskRow, 'checksum' | 'tree'>): Promise<ReadonlyMap<string, string>> {
    const known = files.get(row.checksum);
    if (known) {
      files.delete(row.checksum);
      files.set(row.checksum, known);
      return known;
    }
    const contents = await getBlobs(
      db,
      Object.values(row.tree).map(([digest]) => digest),
    );
    const texts = new Map<string, string>();
    for (const [path, [digest, mode]] of Object.entries(row.tree)) {
      const bytes = contents.get(digest);
      const text = bytes ? importableText(bytes, mode) : null;
      if (text !== null) texts.set(path, text);
    }
    files.set(row.checksum, texts);
    for (const key of files.keys()) {
      if (files.size <= cached) break;
      files.delete(key);
    }
    return texts;
  }

  const runnableOf = async (row: TaskRow): Promise<RunnableTask> => ({
    row,
    code: {
      key: `${row.id}:${row.checksum}`,
      files: await filesOf(row),
      entry: row.entry,
      sourceType: row.sourceType,
    },
    ...wishes(row.metadata),
  });

  /** The row as it was at a revision, with what its files said then. */
  async function rowAt(row: TaskRow, revision: number): Promise<TaskRow> {
    if (row.revision === revision) return row;
    const then = await versionAt(db, row.id, revision);
    if (!then) throw notFound('revision', String(revision));
    const { version, entry, tree, checksum } = then;
    const contents = await getBlobs(
      db,
      Object.values(tree).map(([digest]) => digest),
    );
    const bytes = Object.entries(tree).flatMap(([path, [digest]]) => {
      const found = contents.get(digest);
      return found ? [[path, found] as const] : [];
    });
    const said = project(row.repositoryPath ?? '.', new Map(bytes));
    if (!said) throw new RatchetError('TASK_INVALID', `Revision ${revision} of ${row.name} cannot be read as a task.`);
    const { metadata, inputSchema, outputSchema, sourceType } = said;
    return { ...row, revision, version, entry, tree, checksum, metadata, inputSchema, outputSchema, sourceType };
  }

  async function load(id: string): Promise<RunnableTask> {
    const row = await taskById(db, id);
    if (!row || row.deletedAt) {
      loaded.delete(id);
      throw notFound('task', id);
    }
    const task = await runnableOf(row);
    loaded.delete(id);
    loaded.set(id, task);
    for (const key of loaded.keys()) {
      if (loaded.size <= cached) break;
      loaded.delete(key);
    }
    return task;
  }

  return {
    /** The task as it is now. Throws NOT_FOUND. */
    load,
    /** The task as it was at a revision, also one that was deleted since. Throws NOT_FOUND or TASK_INVALID. */
    async at(id: string, revision: number): Promise<RunnableTask> {
      const row = await taskById(db, id);
      if (!row) throw notFound('task', id);
      return runnableOf(await rowAt(row, revision));
    },
    /** The task as it was last loaded: true only of what is checked against the database afterwards. */
    remembered: (id: string): RunnableTask | undefined => loaded.get(id),
    /** The task that stood so when the work on it was claimed. Throws NOT_FOUND. */
    async standing(id: string, stand: TaskStand | null): Promise<RunnableTask> {
      const known = loaded.get(id);
      if (
        stand &&
        known?.row.revision === stand.revision &&
        known.row.checksum === stand.checksum &&
        known.row.enabled === stand.enabled
      )
        return known;
      return load(id);
    },
  };
}

function wishes(metadata: Record<string, unknown>): Omit<RunnableTask, 'row' | 'code'> {
  const number = (value: unknown) => (typeof value === 'number' && value > 0 ? value : null);
  const { network, timeout, memory_limit: memory, cache } = metadata;
  const ttl = number(cache !== null && typeof cache === 'object' ? (cache as { ttl?: unknown }).ttl : null);
  const allow = network !== null && typeof network === 'object' ? (network as { allow?: unknown }).allow : undefined;
  return {
    allow: Array.isArray(allow) ? allow.filter((host) => typeof host === 'string') : null,
    timeoutMs: number(timeout),
    memoryMb: number(memory),
    cacheSeconds: ttl === null ? null : Math.min(ttl, maxCacheSeconds),
  };
}

/** Throws what keeps a task from running. */
export function refuseUnfit({ name, enabled, problems }: Pick<TaskRow, 'name' | 'enabled' | 'problems'>): void {
  if (!enabled) throw new RatchetError('TASK_DISABLED', `Task ${name} is disabled. Enable it to run it.`);
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length === 0) return;
  const said = errors
    .map(({ path, line, message }) => `${path}${line === undefined ? '' : `:${line}`}: ${message}`)
    .join(' ');
  throw new RatchetError('TASK_INVALID', `Task ${name} cannot run: ${said}`, errors);
}
