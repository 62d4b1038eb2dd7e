import { conflictRequirements } from './manifest/conflicts.ts';
import { exchangeRequirements } from './manifest/exchange.ts';
import { executionRequirements } from './manifest/executions.ts';
import { historyAndFileRequirements } from './manifest/history-and-files.ts';
import { batchRequirements, jobRequirements } from './manifest/jobs.ts';
import { keepingRequirements } from './manifest/keeping.ts';
import { outputRequirements } from './manifest/outputs.ts';
import { peopleRequirements } from './manifest/people.ts';
import { pushRequirements } from './manifest/pushes.ts';
import { repositoryRequirements } from './manifest/repositories.ts';
import { scheduleRequirements, workerRequirements } from './manifest/schedules-and-workers.ts';
import { serverRequirements } from './manifest/server.ts';
import { specRequirements } from './manifest/specs.ts';
import { taskRequirements } from './manifest/tasks.ts';
import type { Requirement } from './requirement.ts';

/** Every behaviour once, whatever the surface. */
export const manifest: readonly Requirement[] = [
  ...taskRequirements,
  ...historyAndFileRequirements,
  ...exchangeRequirements,
  ...repositoryRequirements,
  ...pushRequirements,
  ...conflictRequirements,
  ...specRequirements,
  ...executionRequirements,
  ...jobRequirements,
  ...batchRequirements,
  ...scheduleRequirements,
  ...workerRequirements,
  ...outputRequirements,
  ...keepingRequirements,
  ...peopleRequirements,
  ...serverRequirements,
];
