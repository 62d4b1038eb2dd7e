import { Button, Group, Modal, NumberInput, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import type { Worker } from './worker-card.tsx';

/** Asks how many executions run at once: on one worker, or on each without. */
export function ScaleDialog({ worker, usual, onClose }: { worker: Worker | null; usual: number; onClose: () => void }) {
  const [wanted, setWanted] = useState<number | string>(worker?.desiredConcurrency ?? worker?.concurrency ?? usual);
  const concurrency = Number(wanted);
  const fits = Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 64;
  const scale = useAction({
    act: () => client.workers.scale({ concurrency, ...(worker ? { workerId: worker.id } : {}) }),
    changes: ['workers'],
    done: ({ workers }) =>
      `Asked ${workers.length === 1 ? 'one worker' : `${workers.length} workers`} for ${concurrency} at once`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fits) scale.mutate();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={worker ? `Executions at once on ${worker.hostname}` : 'Executions at once on every worker'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack>
          <NumberInput
            label="Executions at once"
            description="Each has a process of its own. 1 to 64"
            min={1}
            max={64}
            value={wanted}
            onChange={setWanted}
            error={fits ? undefined : 'A whole number from 1 to 64'}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={scale.isPending} disabled={!fits}>
              Apply
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
