import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { NotFoundPage } from '../pages/not-found/not-found-page.tsx';
import { PageError } from './page-error.tsx';
import { Shell } from './shell.tsx';

/** Of every address what comes after `?` is text by name; pages say which names they know (see use-url-state). */
const validateSearch = (search: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(search).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFoundPage,
  errorComponent: PageError,
  validateSearch,
});
const at = <const P extends string, M extends Record<string, unknown>>(
  path: P,
  load: () => Promise<M>,
  name: keyof M & string,
) =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(load, name),
    errorComponent: PageError,
  });

const routeTree = root.addChildren([
  at('/', () => import('../pages/dashboard/dashboard-page.tsx'), 'DashboardPage'),
  at('/tasks', () => import('../pages/tasks/tasks-page.tsx'), 'TasksPage'),
  at('/tasks/$taskId', () => import('../pages/task/task-page.tsx'), 'TaskPage'),
  at('/repositories', () => import('../pages/repositories/repositories-page.tsx'), 'RepositoriesPage'),
  at('/repositories/$repositoryId', () => import('../pages/repository/repository-page.tsx'), 'RepositoryPage'),
  at('/conflicts', () => import('../pages/conflicts/conflicts-page.tsx'), 'ConflictsPage'),
  at('/conflicts/$conflictId', () => import('../pages/conflict/conflict-page.tsx'), 'ConflictPage'),
  at('/specs', () => import('../pages/specs/specs-page.tsx'), 'SpecsPage'),
  at('/specs/$specId', () => import('../pages/spec/spec-page.tsx'), 'SpecPage'),
  at('/executions', () => import('../pages/executions/executions-page.tsx'), 'ExecutionsPage'),
  at('/executions/$executionId', () => import('../pages/execution/execution-page.tsx'), 'ExecutionPage'),
  at('/executions/compare', () => import('../pages/compare/compare-page.tsx'), 'ComparePage'),
  at('/debugger', () => import('../pages/debugger/debugger-page.tsx'), 'DebuggerPage'),
  at('/jobs', () => import('../pages/jobs/jobs-page.tsx'), 'JobsPage'),
  at('/jobs/$jobId', () => import('../pages/job/job-page.tsx'), 'JobPage'),
  at('/batches/$batchId', () => import('../pages/batch/batch-page.tsx'), 'BatchPage'),
  at('/schedules', () => import('../pages/schedules/schedules-page.tsx'), 'SchedulesPage'),
  at('/schedules/$scheduleId', () => import('../pages/schedule/schedule-page.tsx'), 'SchedulePage'),
  at('/outputs', () => import('../pages/outputs/outputs-page.tsx'), 'OutputsPage'),
  at('/outputs/$outputId', () => import('../pages/output/output-page.tsx'), 'OutputPage'),
  at('/logs', () => import('../pages/logs/logs-page.tsx'), 'LogsPage'),
  at('/workers', () => import('../pages/workers/workers-page.tsx'), 'WorkersPage'),
  at('/users', () => import('../pages/users/users-page.tsx'), 'UsersPage'),
  at('/users/$userId', () => import('../pages/user/user-page.tsx'), 'UserPage'),
  at('/keys', () => import('../pages/keys/keys-page.tsx'), 'KeysPage'),
  at('/secrets', () => import('../pages/secrets/secrets-page.tsx'), 'SecretsPage'),
  at('/audit', () => import('../pages/audit/audit-page.tsx'), 'AuditPage'),
  at('/settings', () => import('../pages/settings/settings-page.tsx'), 'SettingsPage'),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  scrollRestoration: true,
  // Plain text in the address, as people write it: numbers and dates are not taken for JSON.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const given = Object.entries(search).flatMap(([name, value]): [string, string][] =>
      value === undefined || value === null || value === '' ? [] : [[name, String(value)]],
    );
    return given.length > 0 ? `?${new URLSearchParams(given)}` : '';
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
