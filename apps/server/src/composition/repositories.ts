import type { Credentials } from '@ratchet/access/credentials';
import type { Actor } from '@ratchet/contract/dispatcher';
import type { Metrics } from '@ratchet/insight/metrics';
import type { RepositoriesContext } from '@ratchet/repositories/context';
import { pushDesk } from '@ratchet/repositories/push-desk';
import { repositoryRegistry } from '@ratchet/repositories/repository-registry';
import { repositorySync } from '@ratchet/repositories/repository-sync';
import { taskEditor } from '@ratchet/repositories/task-editor';
import { taskMover } from '@ratchet/repositories/task-mover';
import { taskReader } from '@ratchet/repositories/task-reader';
import { taskStore } from '@ratchet/repositories/task-store';
import { triggers } from '@ratchet/repositories/triggers';
import { webhooks } from '@ratchet/repositories/webhooks';
import { createTaskKind } from '@ratchet/sync/kinds/task/task-kind';
import { gitHubAppTokens } from '../github-app-token.ts';
import { openForge } from '../open-forge.ts';
import { checkPlace, openRemote } from '../open-remote.ts';
import { version } from '../version.ts';
import type { Ground } from './ground.ts';

/** Who acts where nobody asked. */
export const system: Actor = { kind: 'system', id: 'system', name: 'ratchet' };

export type ComposedRepositories = ReturnType<typeof composeRepositories>;

/** Tasks, the repositories they come from, and what keeps both in step. */
export function composeRepositories(
  { settings, log, places, out, nodeId, database, closing }: Ground,
  { credentials, metrics }: { readonly credentials: Credentials; readonly metrics: Metrics },
) {
  const appToken = gitHubAppTokens(out);
  const context: RepositoriesContext = {
    database,
    kind: createTaskKind(),
    nodeId,
    now: () => new Date(),
    openRemote: openRemote({
      dataDir: settings.database.dataDir,
      credentials,
      appToken,
      out,
      places,
      distrustLocal: settings.auth.mode !== 'none',
    }),
    openForge: openForge(credentials, appToken, out, version),
    log: (level, message, data) => log[level](data ?? {}, message),
    ended: (run) => metrics.run(run),
  };
  const sync = repositorySync(context);
  const triggered = triggers(context, sync, system);
  const mover = taskMover(context, triggered.edited);
  const store = taskStore(context);
  const editor = taskEditor(context, store, triggered.edited);
  const hooks = webhooks(context, {
    secretOf: (repository) => credentials.openWebhook(repository),
    hint: (id) => triggered.hint(id, 'webhook'),
  });
  const registry = repositoryRegistry(context, credentials, checkPlace(places), mover);
  const desk = pushDesk(context, (id, approved) => sync.push(id, { ...approved, trigger: 'manual' }));
  closing.push(() => triggered.close());
  return { context, sync, triggered, mover, store, editor, hooks, registry, desk, reader: taskReader(context) };
}
