import type { Execution } from '@ratchet/contract/entities/execution';
import type { Analysis, Trace } from '@ratchet/contract/entities/trace';
import { RatchetError } from '@ratchet/contract/errors';
import type { Queryable } from '@ratchet/store/database';
import { similarFailures } from '@ratchet/store/queries/execution-traces';
import { analyse } from './analysis/analyse.ts';
import type { Facts } from './analysis/facts.ts';

const mostSimilar = 10;

/** Where the facts of a failure come from. */
export interface AnalysisSources {
  readonly execution: (id: string) => Promise<Execution>;
  readonly trace: (id: string) => Promise<Trace>;
  /** The task at the revision that ran; null: it cannot be had any more. */
  readonly revision: (
    taskId: string,
    revision: number,
  ) => Promise<Pick<Facts, 'files' | 'metadata' | 'currentRevision'> | null>;
}

/** Why an execution failed. Throws NOT_FOUND; STATE_CONFLICT where it did not fail. */
export async function executionAnalysis(db: Queryable, sources: AnalysisSources, id: string): Promise<Analysis> {
  const execution = await sources.execution(id);
  const { status } = execution;
  if (status === 'pending' || status === 'running' || status === 'completed') {
    const when = status === 'completed' ? 'there is nothing to analyse' : 'it can be analysed when it has failed';
    throw new RatchetError('STATE_CONFLICT', `The execution is ${status}: ${when}.`);
  }
  const task = execution.taskId === null ? null : await sources.revision(execution.taskId, execution.taskRevision);
  const { spans } = await sources.trace(id);
  const { occurrences, similar } = await similarFailures(db, id, mostSimilar);
  const facts = task ?? { files: new Map<string, string>(), metadata: {}, currentRevision: null };
  return {
    executionId: id,
    error: execution.error,
    ...analyse({ execution, spans, ...facts }),
    similar: similar.map((one) => ({
      executionId: one.id,
      finishedAt: one.finishedAt?.toISOString() ?? null,
      message: one.message,
    })),
    occurrences,
  };
}
