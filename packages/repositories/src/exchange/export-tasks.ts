import type { Rights } from '@ratchet/contract/access';
import type { Progress } from '@ratchet/contract/dispatcher';
import type { Problem } from '@ratchet/contract/entities/task';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { Output, Parsed } from '@ratchet/contract/operation';
import type { taskExchange } from '@ratchet/contract/operations/task-exchange';
import { blobSizes, getBlobs } from '@ratchet/store/queries/blobs';
import { repositoriesById } from '@ratchet/store/queries/repositories';
import { type TaskContent, taskContents } from '@ratchet/store/queries/tasks';
import { emptyArchive } from '@ratchet/sync/endpoints/zip/read-archive';
import { unfitName, writeArchive } from '@ratchet/sync/endpoints/zip/write-archive';
import { zipLimits } from '@ratchet/sync/endpoints/zip/zip-limits';
import type { RepositoriesContext } from '../context.ts';
import { invalid, slug } from '../task-store.ts';
import { type LaidFile, layOut } from './export-layout.ts';

export type ExportRequest = Parsed<(typeof taskExchange)['export']>;
export type ExportResult = Output<(typeof taskExchange)['export']>;

/** Every entry has this time, so that equal tasks give equal archives. */
const epoch = new Date('1980-01-01T12:00:00Z');
/** Bytes of all files together, at most: what an archive may unpack to here, and what JSON can carry. */
const most = { zip: zipLimits.totalBytes / 2, json: 64 * 1024 * 1024 };
const readAtOnce = 1000;

/** Gives tasks out with every file, byte for byte. */
export function taskExporter({ database, kind }: Pick<RepositoriesContext, 'database' | 'kind'>) {
  const { db } = database;

  async function wanted({ ids, repositoryId }: ExportRequest, reader?: Rights): Promise<TaskContent[]> {
    const found = await taskContents(db, { ids, repositoryId }, reader);
    if (repositoryId && !(await repositoriesById(db, [repositoryId])).has(repositoryId))
      throw notFound('repository', repositoryId);
    const known = new Set(found.flatMap(({ id, uuid }) => [id, uuid]));
    const missing = ids?.filter((id) => !known.has(id)) ?? [];
    if (missing.length > 0)
      throw new RatchetError('NOT_FOUND', `There is no task ${missing.slice(0, 10).join(', ')}.`, {
        ids: missing.slice(0, 100),
      });
    // An id means itself; a uuid that is another task's id too does not add that one's versions.
    return found;
  }

  async function refuseTooLarge(files: readonly LaidFile[], format: ExportRequest['format']): Promise<void> {
    const sizes = await blobSizes(
      db,
      files.map(({ digest }) => digest),
    );
    const bytes = files.reduce((sum, { digest }) => sum + (sizes.get(digest) ?? 0), 0);
    if (bytes > most[format] || files.length > zipLimits.entries * 4)
      throw new RatchetError(
        'PAYLOAD_TOO_LARGE',
        `These tasks have ${files.length} files with ${bytes} bytes; ${most[format]} bytes are allowed as ${format}. Export them in parts, by repository or by id.`,
      );
  }

  return async (
    request: ExportRequest,
    {
      progress,
      signal,
      rights,
    }: {
      progress?: ((progress: Progress) => void) | undefined;
      signal?: AbortSignal | undefined;
      /** Only what they may read. */
      rights?: Rights | undefined;
    },
  ): Promise<ExportResult> => {
    const { format } = request;
    const tasks = await wanted(request, rights);
    const repositories = await repositoriesById(db, [...new Set(tasks.flatMap((task) => task.repositoryId ?? []))]);
    const nameOf = (id: string): string => repositories.get(id)?.name ?? id;
    const laid = layOut(tasks, kind, nameOf);
    const links = laid.filter(({ mode }) => mode !== '100644' && mode !== '100755');
    const files = laid.filter(({ mode }) => mode === '100644' || mode === '100755');
    await refuseTooLarge(files, format);
    if (format === 'zip') refuseUnfit(files);
    const contents = new Map<string, Uint8Array>();
    for (let i = 0; i < files.length; i += readAtOnce) {
      signal?.throwIfAborted();
      progress?.({ stage: 'read', done: i, total: files.length });
      const digests = files.slice(i, i + readAtOnce).map(({ digest }) => digest);
      for (const [digest, bytes] of await getBlobs(
        db,
        digests.filter((one) => !contents.has(one)),
      ))
        contents.set(digest, bytes);
    }
    const bytesOf = ({ digest, path }: LaidFile): Uint8Array => {
      const bytes = contents.get(digest);
      if (!bytes) throw new Error(`The content ${digest} of ${path} is missing from the store.`);
      return bytes;
    };
    const answer = {
      format,
      fileName: `${fileNameOf(tasks, nameOf)}.${format}`,
      count: tasks.length,
      problems: links.map(leftOut),
    };
    if (format === 'json')
      return { ...answer, archive: null, files: files.map((file) => entryOf(file, bytesOf(file))) };
    const changes = new Map(files.map((file) => [file.path, { bytes: bytesOf(file), mode: file.mode }]));
    const archive = await writeArchive(emptyArchive, changes, epoch, zipLimits);
    return { ...answer, archive: archive.toString('base64'), files: null };
  };
}

function refuseUnfit(files: readonly LaidFile[]): void {
  const unfit = files.flatMap(({ path }) => {
    const wrong = unfitName(path);
    return wrong ? [{ path: 'format', message: `${path} cannot stand in an archive: ${wrong}. Use format json.` }] : [];
  });
  if (unfit.length > 0) throw invalid(unfit.slice(0, 10));
}

function entryOf({ path, mode }: LaidFile, bytes: Uint8Array): NonNullable<ExportResult['files']>[number] {
  const text = utf8(bytes);
  return {
    path,
    content: text ?? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
    encoding: text === null ? 'base64' : 'utf8',
    mode: mode === '100755' ? '100755' : '100644',
  };
}

/** null: it is no text that JSON gives back byte for byte. */
function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function fileNameOf(tasks: readonly TaskContent[], nameOf: (id: string) => string): string {
  const [only, another] = tasks;
  if (only && !another) return `${slug(only.name)}-${slug(only.version)}`;
  const [home, ...others] = new Set(tasks.map(({ repositoryId }) => repositoryId));
  return home && others.length === 0 ? slug(nameOf(home)) : 'tasks';
}

const leftOut = ({ path }: LaidFile): Problem => ({
  path,
  code: 'path_refused',
  message: 'It is a link, which is never given out.',
  severity: 'warning',
});
