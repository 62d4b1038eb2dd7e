import { EndpointError, type SyncProblem } from '../../problem.ts';
import type { Earlier, Listing, Remote, RemoteFile } from '../../remote.ts';
import { createFilesystemRemote, type FilesystemOptions } from './filesystem-remote.ts';

/** The folder of a project that OpenSpec keeps its files in. */
export const specFolder = 'openspec';
const prefix = `${specFolder}/`;

/**
 * A project as an endpoint: paths are within the project's folder, and only what is below `openspec` is ever looked at. What
 * people edit there is written with care for them: see `keepFormer`.
 */
export function createProjectRemote(options: Omit<FilesystemOptions, 'subPath' | 'keepFormer'>): Remote {
  const inner = createFilesystemRemote({ ...options, subPath: specFolder, keepFormer: true });
  const within = ({ path, ...file }: RemoteFile): RemoteFile => ({ path: prefix + path, ...file });
  const stripped = <T extends { readonly path: string }>(file: T): T => ({ ...file, path: strip(file.path) });

  return {
    ...inner,
    probe: (signal, earlier) => told(() => inner.probe(signal, earlier)),
    list: (signal, earlier?: Earlier): Promise<Listing> =>
      told(async () => {
        const listing = await inner.list(signal, earlier);
        return { ...listing, files: listing.files.map(within), problems: listing.problems.map(problemWithin) };
      }),
    async *read(files, signal) {
      const asked = new Map(files.map((file) => [strip(file.path), file]));
      for await (const { file, bytes } of inner.read(files.map(stripped), signal))
        yield { file: asked.get(file.path) as RemoteFile, bytes };
    },
    prepare: (request, signal) =>
      told(() =>
        inner.prepare(
          {
            ...request,
            documents: request.documents.map(({ path, files }) => ({ path, files: files.map(stripped) })),
          },
          signal,
        ),
      ),
    publish: (prepared, signal) =>
      told(async () => {
        const published = await inner.publish(prepared, signal);
        return published.status === 'published' ? { ...published, files: published.files.map(within) } : published;
      }),
    outcome: (token, signal) => told(() => inner.outcome(token, signal)),
    finish: (token, contents) => told(async () => (await inner.finish?.(token, contents)) ?? new Set<string>()),
  };
}

const strip = (path: string): string => {
  if (!path.startsWith(prefix)) throw new Error(`${path} is none of the files that OpenSpec keeps.`);
  return path.slice(prefix.length);
};

/** What is said of the folder itself is about everything. */
const problemWithin = (problem: SyncProblem): SyncProblem =>
  problem.path === '' ? problem : { ...problem, path: prefix + problem.path };

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EndpointError) || error.code !== 'root_gone') throw error;
    throw new EndpointError(
      'root_gone',
      'The folder of the project, or the folder openspec in it, does not exist. Put it back (nothing is deleted while it is gone), or remove the project.',
      true,
      { cause: error },
    );
  }
}
