import type { Rights } from '@ratchet/contract/access';
import { type Alert, serverMetrics } from '@ratchet/contract/entities/alert';
import { notFound, RatchetError } from '@ratchet/contract/errors';
import type { ListFields, ListRequest, Page } from '@ratchet/contract/paging';
import type { Database } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import {
  type AlertRow,
  alertById,
  deleteAlert,
  enabledAlerts,
  insertAlert,
  pageOfAlerts,
  recordAlert,
  updateAlert,
} from '@ratchet/store/queries/alerts';
import { repositoryById } from '@ratchet/store/queries/repositories';
import { type RepositoryFigures, repositoryFigures } from '@ratchet/store/queries/repository-figures';
import { securityFigures } from '@ratchet/store/queries/security-figures';

type Settings = Pick<Alert, 'name' | 'metric' | 'threshold' | 'repositoryId' | 'enabled'>;

/** An alert that began or ceased to fire. */
export interface AlertChange {
  readonly alert: Alert;
  readonly firing: boolean;
}

export type Alerts = ReturnType<typeof alerts>;

/** Thresholds on figures of repositories and of the server. `changed` hears of each alert that begins or ceases to fire, on one node. */
export function alerts({ db }: Pick<Database, 'db'>, changed: (change: AlertChange) => void) {
  const load = async (id: string): Promise<AlertRow> => {
    const row = await alertById(db, id);
    if (!row) throw notFound('alert', id);
    return row;
  };
  return {
    async list(fields: ListFields, request: ListRequest, reader?: Rights): Promise<Page<Alert>> {
      const page = await pageOfAlerts(db, fields, request, reader);
      return { items: page.items.map(view), meta: page.meta };
    },
    get: async (id: string): Promise<Alert> => view(await load(id)),
    async create(settings: Settings): Promise<Alert> {
      if (settings.repositoryId && isOfServer(settings.metric)) {
        const message = `${settings.metric} is of the whole server: leave repositoryId out.`;
        throw new RatchetError('VALIDATION_FAILED', message, [{ path: 'repositoryId', message }]);
      }
      if (settings.repositoryId && !(await repositoryById(db, settings.repositoryId)))
        throw notFound('repository', settings.repositoryId);
      return view(await insertAlert(db, { id: newId(), ...settings }));
    },
    async checkRevision(id: string, expected: number): Promise<void> {
      checkRevision(await load(id), expected);
    },
    async change(
      id: string,
      settings: Partial<Pick<Settings, 'name' | 'threshold' | 'enabled'>>,
      expected: number | undefined,
    ): Promise<Alert> {
      checkRevision(await load(id), expected);
      const row = await updateAlert(db, id, settings);
      if (!row) throw notFound('alert', id);
      return view(row);
    },
    async remove(id: string): Promise<void> {
      if (!(await deleteAlert(db, id))) throw notFound('alert', id);
    },
    /** Looks at every figure once. */
    async evaluate(): Promise<void> {
      const rules = await enabledAlerts(db);
      if (rules.length === 0) return;
      const figures = await repositoryFigures(db);
      const ofServer = rules.some(({ metric }) => isOfServer(metric)) ? await securityFigures(db) : null;
      for (const rule of rules) {
        const highest =
          ofServer && isOfServer(rule.metric)
            ? { name: 'server', value: ofServer[rule.metric] }
            : highestOf(rule, figures);
        const state = highest !== null && highest.value > rule.threshold ? 'firing' : 'ok';
        const look = { state, value: highest?.value ?? null, subject: highest?.name ?? null } as const;
        if (await recordAlert(db, rule.id, look))
          changed({ alert: view(await load(rule.id)), firing: state === 'firing' });
      }
    },
  };
}

type ServerMetric = (typeof serverMetrics)[number];
const isOfServer = (metric: AlertRow['metric']): metric is ServerMetric =>
  (serverMetrics as readonly string[]).includes(metric);

const figureOf: Record<Exclude<AlertRow['metric'], ServerMetric>, (figures: RepositoryFigures) => number | null> = {
  conflict_age_hours: (f) => f.conflictAgeHours,
  pushed_tasks: (f) => f.pushedTasks,
  authentication_failures: (f) => f.authenticationFailures,
  consecutive_failures: (f) => f.consecutiveFailures,
  sync_lag_seconds: (f) => f.lagSeconds,
  open_conflicts: (f) => f.openConflicts,
  pending_pushes: (f) => f.pendingPushes,
  failure_rate: (f) => f.failureRate,
};

/** The repository whose figure is the highest, of those that the alert is about. */
export function highestOf(
  rule: Pick<AlertRow, 'metric' | 'repositoryId'>,
  figures: readonly RepositoryFigures[],
): { name: string; value: number } | null {
  let highest: { name: string; value: number } | null = null;
  for (const each of figures) {
    if (rule.repositoryId && each.id !== rule.repositoryId) continue;
    const value = isOfServer(rule.metric) ? null : figureOf[rule.metric](each);
    if (value !== null && (highest === null || value > highest.value)) highest = { name: each.name, value };
  }
  return highest;
}

function checkRevision(row: AlertRow, expected: number | undefined): void {
  if (expected === undefined || expected === row.revision) return;
  throw new RatchetError(
    'REVISION_MISMATCH',
    `Alert ${row.name} is at revision ${row.revision}, not ${expected}. Read it again, then edit.`,
    { expectedRevision: expected, currentRevision: row.revision },
  );
}

const view = (row: AlertRow): Alert => ({
  ...row,
  firedAt: row.firedAt?.toISOString() ?? null,
  resolvedAt: row.resolvedAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
