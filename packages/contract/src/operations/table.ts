import type { Operation } from '../operation.ts';
import { conflicts } from './conflicts.ts';
import { credentials } from './credentials.ts';
import { executions } from './executions.ts';
import { health } from './health.ts';
import { jobs } from './jobs.ts';
import { repositories } from './repositories.ts';
import { tasks } from './tasks.ts';

/** Every operation, by entity. A surface walks this and nothing else. */
export const table = { tasks, repositories, conflicts, executions, jobs, credentials, health } as const;
export type Table = typeof table;

export const operations: readonly Operation[] = Object.values(table).flatMap(
  (entity) => Object.values(entity) as unknown as Operation[],
);
