import { createHash } from 'node:crypto';
import { mayAtRepository, type Rights, requireAt, seesTask } from '@ratchet/contract/access';
import type { Actor } from '@ratchet/contract/dispatcher';
import type { RegistryChanges, RegistryFile, RegistryIndex } from '@ratchet/contract/entities/registry';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { Queryable } from '@ratchet/store/database';
import { blobSizes, getBlobs } from '@ratchet/store/queries/blobs';
import { livingTasksOf, type TaskRow } from '@ratchet/store/queries/documents';
import { registryStates, treesOf } from '@ratchet/store/queries/registry-trees';
import { allRepositories, type RepositoryRow, repositoryByName } from '@ratchet/store/queries/repositories';
import { checkPath } from '@ratchet/sync/paths';
import type { Mode } from '@ratchet/sync-core/tree';
import type { RepositoriesContext } from './context.ts';
import type { FileReplacer } from './replace-files.ts';
import { invalid } from './task-store.ts';

/** A file as it is served. */
export interface ServedFile {
  readonly bytes: Uint8Array;
  /** SHA-256, hexadecimal: its strong ETag. */
  readonly digest: string;
}

/** What must hold for a file before it is written; none: anything. */
export interface FileCondition {
  /** Digests of which one must be its content; `*`: it must exist. */
  readonly ifMatch?: readonly string[] | '*';
  /** It must not exist. */
  readonly ifNoneMatch?: boolean;
}

/** Whoever asks: they see the files of tasks that they may read, and change those that they may edit. */
export interface RegistryCaller {
  readonly actor: Actor;
  readonly rights: Rights;
}

const digestPrefix = 'sha256:';

/**
 * The tasks of this server as an HTTP registry, so that another server can keep in step with it: of one repository, or of
 * all, each below its name. What is written is an edit here like any other.
 */
export function servedRegistry(
  context: RepositoriesContext,
  replaceFiles: FileReplacer,
  edited: (repositoryId: string) => void,
) {
  const { database, kind } = context;

  async function scopeOf(name: string | null, rights: Rights): Promise<readonly RepositoryRow[]> {
    const seen = ({ id }: RepositoryRow): boolean => mayAtRepository(rights, 'read', id);
    if (name === null) return (await allRepositories(database.db)).filter(seen);
    const repository = await repositoryByName(database.db, name);
    if (!repository || !seen(repository)) throw notFound('repository', name);
    return [repository];
  }

  /** The repository that a path of the scope lies in, and the path within it. */
  function within(
    scope: readonly RepositoryRow[],
    name: string | null,
    path: string,
  ): { repository: RepositoryRow; inner: string } {
    const [only] = scope;
    if (name !== null && only) return { repository: only, inner: path };
    const found = scope
      .filter((repository) => path.startsWith(`${repository.name}/`))
      .sort((a, b) => b.name.length - a.name.length)[0];
    if (!found) throw notFound('repository', path.split('/')[0] ?? path);
    return { repository: found, inner: path.slice(found.name.length + 1) };
  }

  async function headOf(scope: readonly RepositoryRow[], rights: Rights): Promise<string> {
    const states = await registryStates(
      database.db,
      scope.map(({ id }) => id),
      rights,
    );
    const hash = createHash('sha256');
    for (const { repositoryId, path, checksum } of states) hash.update(`${repositoryId}\0${path}\0${checksum}\n`);
    return hash.digest('hex');
  }

  /** Files of a repository's living tasks by path within it. */
  function filesIn(tasks: readonly Pick<TaskRow, 'repositoryPath' | 'tree'>[]) {
    const files = new Map<string, { digest: string; mode: Mode }>();
    for (const { repositoryPath, tree } of tasks) {
      const root = kind.rootOf(repositoryPath ?? '', Object.keys(tree));
      for (const [path, [digest, mode]] of Object.entries(tree)) files.set(root + path, { digest, mode: mode as Mode });
    }
    return files;
  }

  async function change(
    name: string | null,
    request: Pick<RegistryChanges, 'files' | 'message'>,
    caller: RegistryCaller,
  ): Promise<{ head: string; files: RegistryFile[] }> {
    const scope = await scopeOf(name, caller.rights);
    const byRepository = new Map<RepositoryRow, Map<string, RegistryChanges['files'][number]>>();
    for (const file of request.files) {
      const wrong = checkPath(file.path);
      if (wrong) throw invalid([{ path: `files.${file.path}`, message: wrong }]);
      const { repository, inner } = within(scope, name, file.path);
      const files = byRepository.get(repository) ?? new Map();
      if (files.has(inner)) throw invalid([{ path: `files.${file.path}`, message: 'stands twice.' }]);
      files.set(inner, file);
      byRepository.set(repository, files);
    }
    const written = await database.transaction(async (tx) => {
      const all: RegistryFile[] = [];
      for (const [repository, files] of byRepository)
        all.push(...(await changeOne(tx, repository, files, request.message, caller)));
      return all;
    });
    for (const repository of byRepository.keys()) edited(repository.id);
    return { head: await headOf(scope, caller.rights), files: written };
  }

  async function changeOne(
    tx: Queryable,
    repository: RepositoryRow,
    changes: ReadonlyMap<string, RegistryChanges['files'][number]>,
    message: string | undefined,
    { actor, rights }: RegistryCaller,
  ): Promise<RegistryFile[]> {
    const tasks = await livingTasksOf(tx, repository.id);
    const files = filesIn(tasks);
    // Of files that the caller does not see nothing is said, not even that they differ.
    const hidden = filesIn(tasks.filter((task) => !seesTask(rights, task)));
    for (const path of changes.keys())
      if (hidden.has(path)) requireAt(rights, 'edit', { repositoryId: repository.id, name: null });
    const contents = new Map<string, Uint8Array>();
    const written: RegistryFile[] = [];
    for (const [path, { path: asked, before, after }] of changes) {
      const now = files.get(path);
      if ((now ? digestPrefix + now.digest : null) !== before)
        throw new RatchetError('REVISION_MISMATCH', `${asked} is not what these changes were made against.`, {
          path: asked,
          digest: now ? digestPrefix + now.digest : null,
        });
      if (!after) {
        files.delete(path);
        continue;
      }
      const bytes = Buffer.from(after.content, 'base64');
      const digest = createHash('sha256').update(bytes).digest('hex');
      contents.set(digest, bytes);
      files.set(path, { digest, mode: after.mode });
      written.push({ path: asked, size: bytes.length, digest: digestPrefix + digest, mode: after.mode });
    }
    await replaceFiles(tx, {
      repository,
      tasks,
      files,
      changed: new Set(changes.keys()),
      contents,
      options: { actor, rights, changeDescription: message },
    });
    return written;
  }

  return {
    headOf: async (name: string | null, { rights }: RegistryCaller): Promise<string> =>
      headOf(await scopeOf(name, rights), rights),

    async index(name: string | null, { rights }: RegistryCaller): Promise<RegistryIndex> {
      const scope = await scopeOf(name, rights);
      const head = await headOf(scope, rights);
      const files: Omit<RegistryFile, 'size'>[] = [];
      for (const repository of scope) {
        const prefix = name === null ? `${repository.name}/` : '';
        for (const [path, { digest, mode }] of filesIn(await treesOf(database.db, repository.id, undefined, rights)))
          files.push({ path: prefix + path, digest, mode });
      }
      const sizes = await blobSizes(
        database.db,
        files.map(({ digest }) => digest),
      );
      return {
        version: 1,
        head,
        writable: true,
        changes: '.ratchet/changes',
        files: files.map((file) => ({
          ...file,
          digest: digestPrefix + file.digest,
          size: sizes.get(file.digest) ?? 0,
        })),
      };
    },

    async file(name: string | null, path: string, { rights }: RegistryCaller): Promise<ServedFile> {
      const { repository, inner } = within(await scopeOf(name, rights), name, path);
      const entry = filesIn(await treesOf(database.db, repository.id, inner, rights)).get(inner);
      const bytes = entry && (await getBlobs(database.db, [entry.digest])).get(entry.digest);
      if (!entry || !bytes) throw notFound('file', path);
      return { bytes, digest: entry.digest };
    },

    change,

    /** Writes or removes one file. A task begins with its metadata.json, or with the file that carries it. */
    async write(
      name: string | null,
      path: string,
      bytes: Uint8Array | null,
      condition: FileCondition,
      caller: RegistryCaller,
    ): Promise<{ created: boolean; digest: string | null }> {
      const { repository, inner } = within(await scopeOf(name, caller.rights), name, path);
      const now = filesIn(await treesOf(database.db, repository.id, inner, caller.rights)).get(inner);
      const { ifMatch, ifNoneMatch } = condition;
      const holds =
        (ifMatch === undefined || (now !== undefined && (ifMatch === '*' || ifMatch.includes(now.digest)))) &&
        !(ifNoneMatch && now);
      if (!holds)
        throw new RatchetError('REVISION_MISMATCH', `${path} is not what this change was made against.`, {
          path,
          digest: now ? digestPrefix + now.digest : null,
        });
      if (!now && !bytes) throw notFound('file', path);
      const after = bytes
        ? { content: Buffer.from(bytes).toString('base64'), mode: now?.mode ?? ('100644' as const) }
        : null;
      const before = now ? digestPrefix + now.digest : null;
      const { files } = await change(name, { files: [{ path, before, after }] }, caller);
      return { created: !now, digest: files[0]?.digest.slice(digestPrefix.length) ?? null };
    },
  };
}
