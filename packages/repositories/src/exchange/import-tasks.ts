import { type Rights, requireAt } from '@ratchet/contract/access';
import type { Actor, Progress } from '@ratchet/contract/dispatcher';
import type { Problem } from '@ratchet/contract/entities/task';
import { RatchetError } from '@ratchet/contract/errors';
import type { Output, Parsed } from '@ratchet/contract/operation';
import type { taskExchange } from '@ratchet/contract/operations/task-exchange';
import { livingPlaces } from '@ratchet/store/queries/tasks';
import { checksumOf } from '@ratchet/sync/digest';
import type { RepositoriesContext } from '../context.ts';
import { derivedUuid } from '../derived-uuid.ts';
import { homeFor, invalid, placeFor, slug, type TaskStore } from '../task-store.ts';
import { importWriter } from './import-writer.ts';
import { archiveSource, fromBase64, givenSource, placeSource } from './open-source.ts';
import { Places } from './places.ts';
import { type FoundTask, readTasks, treeOf } from './read-tasks.ts';
import { type Arrival, renamed } from './rename-arrival.ts';
import { type TaskSource, withArchives } from './task-source.ts';

export type ImportRequest = Parsed<(typeof taskExchange)['import']>;
export type ImportResult = Output<(typeof taskExchange)['import']>;
type Standing = { taskId: string | null; name: string; repositoryPath: string };

export interface ImportOptions {
  readonly actor: Actor;
  /** What they may do where; without, anything. */
  readonly rights?: Rights | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((progress: Progress) => void) | undefined;
}

const changeDescription = 'Imported over what stood there';
/** Shown in a message; all of them, up to a hundred, are in its details. */
const mostSaid = 10;

/**
 * Takes tasks over by hand. Everything is read and checked first; then all of it is written in one transaction, or nothing
 * is. `checkPlace` answers where a path on the server really leads, and throws for one that may not be read.
 */
export function taskImporter(
  context: RepositoriesContext,
  { replace }: TaskStore,
  edited: (repositoryId: string) => void,
  checkPlace: (path: string) => string,
) {
  const { database, kind } = context;

  async function open(request: ImportRequest, signal?: AbortSignal): Promise<TaskSource & { close?(): Promise<void> }> {
    const { format, archive, files, path } = request;
    const given = { zip: archive, json: files, folder: path }[format];
    const member = { zip: 'archive', json: 'files', folder: 'path' }[format];
    if (given === undefined)
      throw invalid([{ path: member, message: `is what format ${format} takes; send it, or name another format` }]);
    if (format === 'json') return givenSource(files ?? []);
    if (format === 'folder') return placeSource(checkPlace(path ?? ''), signal);
    const bytes = fromBase64(archive ?? '');
    if (!bytes) throw invalid([{ path: 'archive', message: 'is not base64' }]);
    return archiveSource(bytes, signal);
  }

  /** Everything that is there, read and projected. */
  async function read(request: ImportRequest, { signal, progress }: ImportOptions) {
    const opened = await open(request, signal);
    try {
      const source = await withArchives(opened, kind, signal);
      const problems: Problem[] = [...source.problems];
      const documents = [...(await kind.discover(source.files, { watch: [], ignore: [] }, source.read))].sort((a, b) =>
        a.path < b.path ? -1 : 1,
      );
      const found: FoundTask[] = [];
      for await (const task of readTasks(source, documents, kind, (problem) => problems.push(problem), signal)) {
        found.push(task);
        if (found.length % 100 === 0) progress?.({ stage: 'read', done: found.length, total: documents.length });
      }
      if (documents.length === 0)
        throw new RatchetError(
          'VALIDATION_FAILED',
          `No task was found among ${source.files.length} files. A task is a folder with metadata.json or task.yaml, code with YAML beside it, or a script with @version.`,
          problems.slice(0, 100),
        );
      return { found, problems };
    } finally {
      await opened.close?.();
    }
  }

  return async (request: ImportRequest, options: ImportOptions): Promise<ImportResult> => {
    const { found, problems: seen } = await read(request, options);
    const prefix = folderFor(request.repositoryPath);
    const result = await database.transaction(async (tx) => {
      const repository = await homeFor(tx, request.repositoryId, options.rights);
      const places = new Places(await livingPlaces(tx, repository.id));
      const writer = importWriter(context, tx, repository, options.actor);
      const made: { imported: Standing[]; replaced: Standing[] } = { imported: [], replaced: [] };
      const skipped: ImportResult['skipped'] = [];
      const clashes: ImportResult['skipped'] = [];
      const problems = [...seen];
      for (const [i, task] of found.entries()) {
        if (i % 100 === 0) {
          options.signal?.throwIfAborted();
          options.progress?.({ stage: request.dryRun ? 'check' : 'write', done: i, total: found.length });
        }
        const arrival = arrivalOf(task, prefix, repository.id);
        const action = decide(places, arrival, request.onConflict, kind);
        if ('same' in action) {
          skipped.push({ repositoryPath: arrival.path, reason: 'It is the same already.' });
          continue;
        }
        if ('clash' in action) {
          (request.onConflict === 'fail' ? clashes : skipped).push({
            repositoryPath: arrival.path,
            reason: action.clash,
          });
          continue;
        }
        const { path, fields, uuid } = action.arrival;
        if (options.rights && action.replaces === null)
          requireAt(options.rights, 'create', { repositoryId: repository.id, name: fields.name });
        if (options.rights && action.replaces !== null) {
          const at = { repositoryId: repository.id };
          for (const name of new Set([places.at(path)?.name ?? fields.name, fields.name]))
            requireAt(options.rights, 'edit', { ...at, name });
        }
        for (const problem of fields.problems)
          problems.push({ ...problem, path: kind.rootOf(path, action.arrival.files.keys()) + problem.path });
        const place = {
          id: '',
          name: fields.name,
          uuid,
          isFolder: isFolder(fields.form),
          isEditable: true,
          checksum: '',
        };
        if (action.replaces === null) {
          const id = request.dryRun ? null : await writer.insert(action.arrival);
          places.add(path, { ...place, id: id ?? '' });
          made.imported.push({ taskId: id, name: fields.name, repositoryPath: path });
          continue;
        }
        const taskId = action.replaces;
        if (!request.dryRun)
          await replace(tx, taskId, action.arrival.files, {
            actor: options.actor,
            rights: options.rights,
            changeDescription,
          });
        made.replaced.push({ taskId, name: fields.name, repositoryPath: path });
        places.add(path, { ...place, id: taskId, uuid: fields.uuid ?? action.uuid });
      }
      if (clashes.length > 0) throw refusal(clashes);
      await writer.flush();
      return { repositoryId: repository.id, answer: { ...made, skipped, problems } };
    });
    const { imported, replaced } = result.answer;
    if (!request.dryRun && imported.length + replaced.length > 0) edited(result.repositoryId);
    return result.answer;
  };
}

function decide(
  places: Places,
  arrival: Arrival,
  onConflict: ImportRequest['onConflict'],
  kind: Parameters<typeof renamed>[2],
): { arrival: Arrival; replaces: string | null; uuid: string } | { clash: string } | { same: true } {
  const { path, fields, uuid } = arrival;
  const entangled = places.entangled(path, isFolder(fields.form));
  if (entangled !== null)
    return { clash: `It would be entangled with the task at ${entangled}: import it under another repositoryPath.` };
  const standing = places.at(path);
  const named = places.isNamed(fields.name, uuid) && standing?.name !== fields.name;
  if (!standing && !named) return { arrival, replaces: null, uuid };
  const clash = standing
    ? `There is a task at ${path} already.`
    : `There is a task named ${JSON.stringify(fields.name)} already.`;
  if (onConflict === 'rename') {
    const copy = renamed(places, arrival, kind);
    return copy
      ? { arrival: copy, replaces: null, uuid: copy.uuid }
      : { clash: `${clash} Its metadata cannot be edited to rename it.` };
  }
  if (onConflict !== 'replace' || !standing || named) return { clash };
  if (standing.checksum === checksumOf(treeOf(arrival.files).tree)) return { same: true };
  if (!standing.isEditable) return { clash: `The task at ${path} may not be edited.` };
  return { arrival, replaces: standing.id, uuid: standing.uuid };
}

const isFolder = (form: string): boolean => form === 'folder' || form === 'manifest';

function arrivalOf({ path: at, fields, files }: FoundTask, prefix: string, repositoryId: string): Arrival {
  const path = at === '.' ? prefix || slug(fields.name) : prefix ? `${prefix}/${at}` : at;
  return { from: at, path, fields, files, uuid: fields.uuid ?? derivedUuid(repositoryId, path) };
}

/** The folder that everything goes under; empty: none. */
function folderFor(asked: string | undefined): string {
  if (asked === undefined || /^[./]*$/.test(asked)) return '';
  return placeFor(asked.replace(/^(?:\.?\/)+/, ''), '');
}

function refusal(clashes: ImportResult['skipped']): RatchetError {
  const said = clashes.slice(0, mostSaid).map(({ repositoryPath, reason }) => `${repositoryPath}: ${reason}`);
  const more = clashes.length > mostSaid ? ` And ${clashes.length - mostSaid} more.` : '';
  return new RatchetError(
    'ALREADY_EXISTS',
    `Nothing was imported. ${said.join(' ')}${more} Choose onConflict skip, replace or rename, or another repositoryPath.`,
    clashes.slice(0, 100).map(({ repositoryPath, reason }) => ({ path: repositoryPath, message: reason })),
  );
}
