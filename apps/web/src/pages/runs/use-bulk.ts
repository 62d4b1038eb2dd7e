import { notifications } from '@mantine/notifications';
import type { Client } from '@ratchet/client/create-client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { inBulk } from './in-bulk.ts';

export interface BulkAct<T> {
  readonly ids: readonly string[];
  readonly act: (id: string) => Promise<T>;
  /** "Cancelled", as in "Cancelled 12 executions". */
  readonly did: string;
  /** "execution"; an s makes it several. */
  readonly noun: string;
}

/** Does something with many rows, tells how far it is and what came of it. `changes` are read anew afterwards. */
export function useBulk(changes: readonly (keyof Client)[]) {
  const queries = useQueryClient();
  const [progress, setProgress] = useState<{ readonly done: number; readonly of: number } | null>(null);
  const run = async <T>({ ids, act, did, noun }: BulkAct<T>) => {
    setProgress({ done: 0, of: ids.length });
    try {
      const result = await inBulk(ids, act, { onProgress: (now) => setProgress({ done: now, of: ids.length }) });
      const many = (count: number) => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
      if (result.done.length > 0) notifications.show({ message: `${did} ${many(result.done.length)}`, color: 'teal' });
      const [first] = result.failed;
      if (first)
        notifications.show({
          color: 'red',
          autoClose: 10_000,
          title: `Not done for ${many(result.failed.length)}`,
          message: first.error instanceof Error ? first.error.message : String(first.error),
        });
      await Promise.all(changes.map((entity) => queries.invalidateQueries({ queryKey: [entity] })));
      return result;
    } finally {
      setProgress(null);
    }
  };
  return { run, progress };
}
