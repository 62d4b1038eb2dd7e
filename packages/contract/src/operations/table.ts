import type { Operation } from '../operation.ts';
import { alerts } from './alerts.ts';
import { apiKeys } from './api-keys.ts';
import { audit } from './audit.ts';
import { auth } from './auth.ts';
import { batches } from './batches.ts';
import { config } from './config.ts';
import { conflicts } from './conflicts.ts';
import { credentials } from './credentials.ts';
import { deliveries } from './deliveries.ts';
import { executions } from './executions.ts';
import { grants } from './grants.ts';
import { guides } from './guides.ts';
import { health } from './health.ts';
import { jobs } from './jobs.ts';
import { outputDestinations } from './output-destinations.ts';
import { projects } from './projects.ts';
import { pullRequests } from './pull-requests.ts';
import { pushes } from './pushes.ts';
import { registry } from './registry.ts';
import { repositories } from './repositories.ts';
import { results } from './results.ts';
import { schedules } from './schedules.ts';
import { secrets } from './secrets.ts';
import { specs } from './specs.ts';
import { tasks } from './tasks.ts';
import { templates } from './templates.ts';
import { users } from './users.ts';
import { workers } from './workers.ts';

/** Every operation, by entity. A surface walks this and nothing else. */
export const table = {
  tasks,
  repositories,
  pushes,
  pullRequests,
  registry,
  conflicts,
  projects,
  specs,
  executions,
  jobs,
  batches,
  schedules,
  workers,
  outputDestinations,
  deliveries,
  credentials,
  secrets,
  results,
  templates,
  alerts,
  auth,
  users,
  apiKeys,
  grants,
  audit,
  config,
  guides,
  health,
} as const;
export type Table = typeof table;

export const operations: readonly Operation[] = Object.values(table).flatMap(
  (entity) => Object.values(entity) as unknown as Operation[],
);
