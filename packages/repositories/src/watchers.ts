import { join } from 'node:path';
import { allRepositories, type RepositoryRow } from '@ratchet/store/queries/repositories';
import type { DocumentKind } from '@ratchet/store/schema/repositories';
import { specFolder } from '@ratchet/sync/endpoints/filesystem/project-remote';
import { type Watch, watch } from '@ratchet/sync/watch';
import type { RepositoriesContext } from './context.ts';

/**
 * Watches every repository of a kind that is a folder or an archive on this machine, as long as it is enabled. A hint may
 * name the places (full paths) where something changed; without them it is about everything.
 */
export function watchers(
  { database, log }: Pick<RepositoriesContext, 'database' | 'log'>,
  hint: (repositoryId: string, places?: readonly string[]) => void,
  kind: DocumentKind = 'task',
) {
  const watched = new Map<string, { readonly path: string; readonly watch: Watch }>();
  let turn: Promise<void> = Promise.resolve();

  async function bringUp(): Promise<void> {
    const wanted = new Map(
      (await allRepositories(database.db, kind))
        .filter((row) => row.syncEnabled && (row.repositoryType === 'filesystem' || row.repositoryType === 'zip'))
        .map((row) => [row.id, { name: row.name, path: watchedPath(row) }]),
    );
    for (const [id, one] of watched)
      if (wanted.get(id)?.path !== one.path) {
        watched.delete(id);
        await one.watch.close();
      }
    for (const [id, { path, name }] of wanted) {
      if (watched.has(id)) continue;
      const onTrouble = (message: string, error: unknown) =>
        log('warn', message, { repository: name, error: error instanceof Error ? error.message : String(error) });
      watched.set(id, { path, watch: watch({ path, onHint: (places) => hint(id, places ?? undefined), onTrouble }) });
    }
  }

  return {
    /** Brings the watchers in step with the repositories there are now. */
    refresh(): Promise<void> {
      turn = turn.then(bringUp, bringUp);
      return turn;
    },
    async close(): Promise<void> {
      await turn.catch(() => {});
      for (const one of watched.values()) await one.watch.close();
      watched.clear();
    },
  };
}

/** Of a project only what OpenSpec keeps there: the rest may be large, and is nobody's business here. */
const watchedPath = ({ documentKind, uri }: RepositoryRow): string =>
  documentKind === 'openspec_change' ? join(uri, specFolder) : uri;
