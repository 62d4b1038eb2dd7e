import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { RatchetError } from '@ratchet/contract/errors';
import { allRepositories, setDeclared } from '@ratchet/store/queries/repositories';
import { specFolder } from '@ratchet/sync/endpoints/filesystem/project-remote';
import type { ProjectDesk } from './project-desk.ts';
import type { SpecsContext } from './specs-context.ts';

/** Folders below the one that is searched, at most. */
const deepest = 4;
const passedOver = new Set(['node_modules', 'vendor', 'dist', 'build']);

/**
 * Registers every project below a folder that is not registered yet; the first look takes over its changes. One that cannot
 * be used is logged, and the others go on. What was registered stays, also when its folder is gone: it says so itself.
 */
export async function declareProjects(
  { database, log }: SpecsContext,
  desk: Pick<ProjectDesk, 'register'>,
  folder: string,
): Promise<void> {
  const known = await allRepositories(database.db, 'openspec_change');
  const places = new Map(known.map((row) => [row.uri, row.id]));
  const names = new Set([...known, ...(await allRepositories(database.db))].map(({ name }) => name));
  for (const path of projectsBelow(folder, log)) {
    const name = freeName(names, folder, path);
    try {
      const id = places.get(path) ?? (await desk.register({ ...usual, name, path })).id;
      if (!places.has(path)) names.add(name);
      await setDeclared(database.db, id, true);
    } catch (error) {
      if (!(error instanceof RatchetError)) throw error;
      log('error', 'A project cannot be registered.', { project: name, error: error.message });
    }
  }
}

const usual = { syncEnabled: true, isWritable: true, conflictPolicy: 'manual' } as const;

/** Its folder's name; the way to it where another one has that name. */
function freeName(names: ReadonlySet<string>, folder: string, path: string): string {
  const candidates = [basename(path), relative(folder, path).replaceAll('/', '-')].map((name) => name.slice(0, 190));
  const free = candidates.find((name) => name !== '' && !names.has(name));
  if (free !== undefined) return free;
  for (let n = 2; ; n++) if (!names.has(`${candidates[0]}-${n}`)) return `${candidates[0]}-${n}`;
}

/** Folders with an openspec folder, the nearest ones: what is below a project belongs to it. */
function projectsBelow(folder: string, log: SpecsContext['log']): string[] {
  const found: string[] = [];
  const look = (path: string, depth: number): void => {
    if (statSync(join(path, specFolder), { throwIfNoEntry: false })?.isDirectory()) {
      found.push(path);
      return;
    }
    if (depth === 0) return;
    for (const entry of entriesOf(path, log))
      if (entry.isDirectory() && !entry.name.startsWith('.') && !passedOver.has(entry.name))
        look(join(path, entry.name), depth - 1);
  };
  try {
    look(realpathSync(folder), deepest);
  } catch (error) {
    log('error', 'The folder of projects cannot be read.', {
      error: error instanceof Error ? error.message : String(error),
    });
  }
  return found.sort();
}

function entriesOf(path: string, log: SpecsContext['log']) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    log('warn', 'A folder below the folder of projects cannot be read.', {
      error: error instanceof Error ? error.message : String(error),
    });
    return [];
  }
}
