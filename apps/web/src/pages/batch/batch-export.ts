import type { Batch, BatchItem } from '@ratchet/contract/entities/batch';
import { client } from '../../api/client.ts';
import { inBulk } from '../runs/in-bulk.ts';

/** The requests with their outputs; those that the batch left out are read from their executions. */
export async function wholeItems(batch: Batch): Promise<readonly BatchItem[]> {
  const left = batch.items.filter(({ outputOmitted, executionId }) => outputOmitted && executionId !== null);
  const byExecution = new Map<string, BatchItem['output']>();
  const { failed } = await inBulk(
    left.map(({ executionId }) => executionId as string),
    async (id) => byExecution.set(id, (await client.executions.get({ id })).output),
  );
  const [first] = failed;
  if (first) throw first.error;
  return batch.items.map((item) =>
    item.outputOmitted && item.executionId !== null
      ? { ...item, output: byExecution.get(item.executionId) ?? null, outputOmitted: false }
      : item,
  );
}

/** A field of CSV. What a spreadsheet would take for a formula is kept from it. */
const field = (value: unknown): string => {
  const text = value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  const plain = /^[=+\-@\t\r]/.test(text) && typeof value === 'string' ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};

/** The results as RFC 4180, a line for each request. */
export const csvOf = (items: readonly BatchItem[]): string =>
  [
    ['position', 'key', 'task', 'status', 'execution', 'finished', 'output', 'error'],
    ...items.map(({ position, key, taskName, status, executionId, finishedAt, output, error }) => [
      position,
      key,
      taskName,
      status,
      executionId,
      finishedAt,
      output,
      error && `${error.class}: ${error.message}`,
    ]),
  ]
    .map((line) => line.map(field).join(','))
    .join('\r\n')
    .concat('\r\n');
