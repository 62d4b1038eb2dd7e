import { Button } from '@mantine/core';
import type { Execution } from '@ratchet/contract/entities/execution';
import { client } from '../../api/client.ts';
import { useMay } from '../../api/use-identity.ts';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { BulkBar } from '../../parts/bulk-bar.tsx';
import { useBulk } from '../runs/use-bulk.ts';
import type { Outcome } from '../runs/use-live-rows.ts';

interface Props {
  readonly rows: readonly Execution[];
  readonly selected: ReadonlySet<string>;
  readonly onSelected: (selected: ReadonlySet<string>) => void;
  /** Hears what became of them. */
  readonly onDone: (outcome: Outcome<Execution>) => void;
}

const runs = ({ status }: Execution): boolean => status === 'pending' || status === 'running';

/** What can be done with the executions that are selected. */
export function ExecutionBulk({ rows, selected, onSelected, onDone }: Props) {
  const may = useMay();
  const { confirm, dialog } = useConfirm();
  const bulk = useBulk(['executions', 'jobs']);
  const chosen = rows.filter(({ id }) => selected.has(id));
  const open = chosen.filter(runs);
  const ended = chosen.filter((row) => !runs(row));
  const unkept = chosen.filter(({ keep }) => !keep);
  const ids = (list: readonly Execution[]) => list.map(({ id }) => id);
  const act = async (list: readonly Execution[], did: string, each: (id: string) => Promise<Execution | undefined>) => {
    const { done, failed } = await bulk.run({ ids: ids(list), act: each, did, noun: 'execution' });
    const changed = done.map(({ result }) => result).filter((row) => row !== undefined);
    onDone({ changed, gone: done.filter(({ result }) => result === undefined).map(({ id }) => id) });
    onSelected(new Set(failed.map(({ id }) => id)));
  };
  const remove = async () => {
    const kept = ended.filter(({ keep }) => keep).length;
    const many = ended.length === 1 ? 'this execution' : `${ended.length.toLocaleString('en')} executions`;
    const sure = await confirm({
      title: `Delete ${many}?`,
      text: `Their input, output, log and recording are forgotten. This cannot be undone.${kept > 0 ? ` ${kept} of them ${kept === 1 ? 'is' : 'are'} kept.` : ''}`,
      confirmLabel: `Delete ${many}`,
      danger: true,
    });
    if (sure)
      await act(ended, 'Deleted', async (id) => {
        await client.executions.delete({ id });
        return undefined;
      });
  };
  const [a, b] = chosen;
  return (
    <>
      <BulkBar count={chosen.length} onClear={() => onSelected(new Set())} progress={bulk.progress}>
        {may('run') && open.length > 0 && (
          <Button
            size="xs"
            variant="default"
            onClick={() => void act(open, 'Cancelled', (id) => client.executions.cancel({ id }))}
          >
            Cancel {open.length}
          </Button>
        )}
        {may('run') && ended.length > 0 && (
          <Button
            size="xs"
            variant="default"
            onClick={() => void act(ended, 'Queued again', (id) => client.executions.retry({ id }))}
          >
            Run {ended.length} again
          </Button>
        )}
        {may('run') && unkept.length > 0 && (
          <Button
            size="xs"
            variant="default"
            onClick={() => void act(unkept, 'Kept', (id) => client.executions.update({ id, keep: true }))}
          >
            Keep {unkept.length}
          </Button>
        )}
        {may('run') && unkept.length === 0 && chosen.length > 0 && (
          <Button
            size="xs"
            variant="default"
            onClick={() => void act(chosen, 'No longer kept:', (id) => client.executions.update({ id, keep: false }))}
          >
            Keep no longer
          </Button>
        )}
        {may('delete') && ended.length > 0 && (
          <Button size="xs" variant="default" onClick={() => void remove()}>
            Delete {ended.length}
          </Button>
        )}
        {chosen.length === 2 && a && b && (
          <KitLink href={`/executions/compare?a=${b.id}&b=${a.id}`}>Compare the two</KitLink>
        )}
      </BulkBar>
      {dialog}
    </>
  );
}
