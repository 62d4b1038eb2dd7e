import { Button, Menu } from '@mantine/core';
import type { Job } from '@ratchet/contract/entities/job';
import { client } from '../../api/client.ts';
import { useMay } from '../../api/use-identity.ts';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { BulkBar } from '../../parts/bulk-bar.tsx';
import { useBulk } from '../runs/use-bulk.ts';
import type { Outcome } from '../runs/use-live-rows.ts';
import { canChange, canRetry, isOpen, priorities } from './job-filters.ts';

interface Props {
  readonly rows: readonly Job[];
  readonly selected: ReadonlySet<string>;
  readonly onSelected: (selected: ReadonlySet<string>) => void;
  readonly onDone: (outcome: Outcome<Job>) => void;
}

/** What can be done with the jobs that are selected. */
export function JobBulk({ rows, selected, onSelected, onDone }: Props) {
  const may = useMay();
  const { confirm, dialog } = useConfirm();
  const bulk = useBulk(['jobs', 'executions']);
  const chosen = rows.filter(({ id }) => selected.has(id));
  const open = chosen.filter(isOpen);
  const failed = chosen.filter(canRetry);
  const waiting = chosen.filter(canChange);
  const idle = chosen.filter(({ status }) => status !== 'processing');
  const act = async (list: readonly Job[], did: string, each: (id: string) => Promise<Job | undefined>) => {
    const result = await bulk.run({ ids: list.map(({ id }) => id), act: each, did, noun: 'job' });
    onDone({
      changed: result.done.map(({ result: job }) => job).filter((job) => job !== undefined),
      gone: result.done.filter(({ result: job }) => job === undefined).map(({ id }) => id),
    });
    onSelected(new Set(result.failed.map(({ id }) => id)));
  };
  const remove = async () => {
    const many = idle.length === 1 ? 'this job' : `${idle.length.toLocaleString('en')} jobs`;
    const sure = await confirm({
      title: `Delete ${many}?`,
      text: 'Those that wait never run. Their executions stay. This cannot be undone.',
      confirmLabel: `Delete ${many}`,
      danger: true,
    });
    if (!sure) return;
    await act(idle, 'Deleted', async (id) => {
      await client.jobs.delete({ id });
      return undefined;
    });
  };
  return (
    <>
      <BulkBar count={chosen.length} onClear={() => onSelected(new Set())} progress={bulk.progress}>
        {may('run') && open.length > 0 && (
          <Button
            size="xs"
            variant="default"
            onClick={() => void act(open, 'Cancelled', (id) => client.jobs.cancel({ id }))}
          >
            Cancel {open.length}
          </Button>
        )}
        {may('run') && failed.length > 0 && (
          <Button
            size="xs"
            variant="default"
            onClick={() => void act(failed, 'Queued again', (id) => client.jobs.retry({ id }))}
          >
            Retry {failed.length}
          </Button>
        )}
        {may('run') && waiting.length > 0 && (
          <Menu withinPortal>
            <Menu.Target>
              <Button size="xs" variant="default">
                Priority of {waiting.length}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {priorities.map(({ value, label }) => (
                <Menu.Item
                  key={value}
                  onClick={() =>
                    void act(waiting, `Made ${label.toLowerCase()}:`, (id) =>
                      client.jobs.update({ id, priority: value }),
                    )
                  }
                >
                  {label}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
        {may('delete') && idle.length > 0 && (
          <Button size="xs" variant="default" onClick={() => void remove()}>
            Delete {idle.length}
          </Button>
        )}
      </BulkBar>
      {dialog}
    </>
  );
}
