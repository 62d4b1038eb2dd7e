import type { Problem } from '@ratchet/contract/entities/task';
import { RatchetError } from '@ratchet/contract/errors';
import type { Output, Parsed } from '@ratchet/contract/operation';
import type { taskExchange } from '@ratchet/contract/operations/task-exchange';
import { idsByUuid } from '@ratchet/store/queries/tasks';
import type { RepositoriesContext } from '../context.ts';
import { placeSource } from './open-source.ts';
import { readTasks } from './read-tasks.ts';
import { withArchives } from './task-source.ts';

type DiscoverRequest = Parsed<(typeof taskExchange)['discover']>;
type DiscoverResult = Output<(typeof taskExchange)['discover']>;

/** A folder with more below it than can be looked through in this time is not one of tasks. */
const patienceMs = 120_000;

/**
 * Says which tasks are below a path on the server; nothing is kept of it. `checkPlace` answers where a path really
 * leads, and throws for one that may not be read.
 */
export const taskFinder =
  ({ database, kind }: Pick<RepositoriesContext, 'database' | 'kind'>, checkPlace: (path: string) => string) =>
  async ({ path, limit }: DiscoverRequest, signal?: AbortSignal): Promise<DiscoverResult> => {
    const place = checkPlace(path);
    const patience = AbortSignal.timeout(patienceMs);
    const both = signal ? AbortSignal.any([signal, patience]) : patience;
    try {
      const opened = await placeSource(place, both);
      try {
        const source = await withArchives(opened, kind, both);
        const documents = [...(await kind.discover(source.files, { watch: [], ignore: [] }, source.read))].sort(
          (a, b) => (a.path < b.path ? -1 : 1),
        );
        const problems: Problem[] = [...source.problems];
        const found = [];
        for await (const task of readTasks(source, documents.slice(0, limit), kind, (p) => problems.push(p), both))
          found.push(task);
        const known = await idsByUuid(
          database.db,
          found.flatMap(({ fields }) => fields.uuid ?? []),
        );
        const items = found.map(({ path: at, fields }) => ({
          path: at,
          name: fields.name,
          version: fields.version,
          form: fields.form,
          uuid: fields.uuid,
          known: (fields.uuid && known.get(fields.uuid)) ?? null,
          problems: [...fields.problems],
        }));
        return { items, truncated: documents.length > limit, problems: problems.slice(0, 1000) };
      } finally {
        await opened.close();
      }
    } catch (error) {
      if (!patience.aborted) throw error;
      throw new RatchetError('VALIDATION_FAILED', 'There is too much below that folder. Name a smaller one.', [
        { path: 'path', message: 'holds too much' },
      ]);
    }
  };
