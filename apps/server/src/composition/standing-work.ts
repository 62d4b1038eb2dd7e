import { tidy } from '@ratchet/execution/retention';
import type { Alerts } from '@ratchet/insight/alerts';
import { watchers } from '@ratchet/repositories/watchers';
import { every } from '../every.ts';
import { retentionOf } from '../settings.ts';
import type { ComposedAccess } from './access.ts';
import type { ComposedExecution } from './execution.ts';
import type { Ground } from './ground.ts';
import type { ComposedRepositories } from './repositories.ts';

const dueEveryMs = 2000;
const alertsEveryMs = 15_000;
const tidyEveryMs = 3_600_000;

/** What is done again and again, by every node that is more than a worker. */
export async function startStandingWork(
  { settings, live, log, database, closing }: Ground,
  { access, rights }: ComposedAccess,
  { context, triggered, hooks }: ComposedRepositories,
  { executor }: ComposedExecution,
  watched: Alerts,
): Promise<void> {
  closing.push(every(dueEveryMs, () => triggered.tick(), context.log));
  if (settings.registry.watch) {
    const watching = watchers(context, (id, places) => triggered.hint(id, 'file_watcher', places));
    await watching.refresh();
    closing.push(() => watching.close());
    closing.push(every(dueEveryMs, () => watching.refresh(), context.log));
  }
  closing.push(every(alertsEveryMs, () => watched.evaluate(), context.log));
  closing.push(every(tidyEveryMs, () => hooks.tidy(), context.log));
  closing.push(every(tidyEveryMs, () => access.tidy(), context.log));
  closing.push(every(tidyEveryMs, () => executor.tidy(), context.log));
  const closed = new AbortController();
  closing.push(
    every(
      tidyEveryMs,
      async () => void (await rights.audit.forget(live.current.security.audit.retentionDays, closed.signal)),
      context.log,
    ),
  );
  const forget = async () => {
    const gone = await tidy(database.db, retentionOf(live.current), closed.signal);
    if (Object.values(gone).some((count) => count > 0)) log.info(gone, 'Forgot what was kept long enough.');
  };
  const forgetting = every(tidyEveryMs, forget, context.log);
  closing.push(() => {
    closed.abort();
    return forgetting();
  });
}
