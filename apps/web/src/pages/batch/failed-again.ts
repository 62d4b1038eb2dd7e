import type { Batch, BatchItem } from '@ratchet/contract/entities/batch';
import type { Job } from '@ratchet/contract/entities/job';
import { client } from '../../api/client.ts';
import type { InputOf } from '../../api/queries.ts';
import { inBulk } from '../runs/in-bulk.ts';

/** What failed or was cancelled and had its turn: its job still knows its input. */
export const canRunAgain = ({ status, jobId, taskId }: BatchItem): boolean =>
  (status === 'failed' || status === 'cancelled') && jobId !== null && taskId !== null;

/** A batch of the requests that failed, in the same order and with what they depended on among themselves. */
export async function batchOfFailed(batch: Batch): Promise<InputOf<'batches', 'create'>> {
  const failed = batch.items.filter(canRunAgain);
  const jobs = new Map<string, Job>();
  const read = await inBulk(
    failed.map(({ jobId }) => jobId as string),
    async (id) => jobs.set(id, await client.jobs.get({ id })),
  );
  const [first] = read.failed;
  if (first) throw first.error;
  const keys = new Set(failed.map(({ key }) => key));
  return {
    name: `${batch.name ?? 'batch'}, again`,
    mode: batch.mode,
    maxParallel: batch.maxParallel,
    stopOnError: batch.stopOnError,
    requests: failed.map(({ key, taskId, dependsOn, jobId, priority }) => {
      const { input, maxRetries, retryBackoffMs, timeoutMs, outputs, record } = jobs.get(jobId as string) as Job;
      return {
        key,
        taskId: taskId as string,
        dependsOn: dependsOn.filter((each) => keys.has(each)),
        priority,
        input,
        maxRetries,
        retryBackoffMs,
        outputs,
        record,
        ...(timeoutMs === null ? {} : { timeoutMs }),
      };
    }),
  };
}
