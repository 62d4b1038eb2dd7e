import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { TaskCode } from '@ratchet/sandbox/sandbox';
import type { Queryable } from '@ratchet/store/database';
import { getBlobs } from '@ratchet/store/queries/blobs';
import type { TaskRow } from '@ratchet/store/queries/documents';
import { taskById } from '@ratchet/store/queries/tasks';

/** A task as it can be run: its row and its files as texts. */
export interface RunnableTask {
  readonly row: TaskRow;
  readonly code: TaskCode;
  /** Hosts its metadata narrows the network to; null: as the server allows. */
  readonly allow: readonly string[] | null;
  /** What its metadata asks for; the server's limits cap it. */
  readonly timeoutMs: number | null;
  readonly memoryMb: number | null;
}

const maxFileBytes = 5_000_000;
const cached = 500;

/** Loads tasks with their files; the files of a revision are kept. */
export function taskLoader(db: Queryable) {
  const files = new Map<string, ReadonlyMap<string, string>>();

  async function filesOf(row: TaskRow): Promise<ReadonlyMap<string, string>> {
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
      if (!bytes || bytes.length > maxFileBytes || mode === '120000' || mode === '160000' || bytes.includes(0))
        continue;
      texts.set(
        path,
        Buffer.from(bytes)
          .toString('utf8')
          .replace(/^\uFEFF/, ''),
      );
    }
    files.set(row.checksum, texts);
    for (const key of files.keys()) {
      if (files.size <= cached) break;
      files.delete(key);
    }
    return texts;
  }

  return async function load(id: string): Promise<RunnableTask> {
    const row = await taskById(db, id);
    if (!row || row.deletedAt) throw notFound('task', id);
    return {
      row,
      code: {
        key: `${row.id}:${row.checksum}`,
        files: await filesOf(row),
        entry: row.entry,
        sourceType: row.sourceType,
      },
      ...wishes(row.metadata),
    };
  };
}

function wishes(metadata: Record<string, unknown>): Pick<RunnableTask, 'allow' | 'timeoutMs' | 'memoryMb'> {
  const number = (value: unknown) => (typeof value === 'number' && value > 0 ? value : null);
  const { network, timeout, memory_limit: memory } = metadata;
  const allow = network !== null && typeof network === 'object' ? (network as { allow?: unknown }).allow : undefined;
  return {
    allow: Array.isArray(allow) ? allow.filter((host) => typeof host === 'string') : null,
    timeoutMs: number(timeout),
    memoryMb: number(memory),
  };
}

/** Throws what keeps a task from running. */
export function refuseUnfit({ name, enabled, problems }: TaskRow): void {
  if (!enabled) throw new RatchetError('TASK_DISABLED', `Task ${name} is disabled. Enable it to run it.`);
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length === 0) return;
  const said = errors
    .map(({ path, line, message }) => `${path}${line === undefined ? '' : `:${line}`}: ${message}`)
    .join(' ');
  throw new RatchetError('TASK_INVALID', `Task ${name} cannot run: ${said}`, errors);
}
