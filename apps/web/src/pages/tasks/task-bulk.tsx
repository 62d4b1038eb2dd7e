import { Button, Group, Modal, Stack, TagsInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import type { InputOf, OutputOf } from '../../api/queries.ts';
import { showError } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { BulkBar } from '../../parts/bulk-bar.tsx';

interface Props {
  readonly selected: ReadonlySet<string>;
  readonly onSelected: (selected: ReadonlySet<string>) => void;
}
type Action = InputOf<'tasks', 'bulk'>['action'];
type Outcome = OutputOf<'tasks', 'bulk'>;

const most = 1000;
const did: Readonly<Record<Action, string>> = {
  enable: 'Enabled',
  disable: 'Disabled',
  delete: 'Deleted',
  restore: 'Restored',
  validate: 'Valid',
  test: 'Tests passed',
  push: 'Pushed',
  tag: 'Tagged',
  untag: 'Tags taken off',
};
const named = (count: number): string => (count === 1 ? 'one task' : `${count.toLocaleString('en')} tasks`);

/** What can be done with the tasks that are selected. Those for which it failed stay selected. */
export function TaskBulk({ selected, onSelected }: Props) {
  const may = useMay();
  const queries = useQueryClient();
  const { confirm, dialog } = useConfirm();
  const [progress, setProgress] = useState<{ done: number; of: number } | null>(null);
  const [tagging, tags] = useDisclosure(false);
  const act = useMutation<Outcome, Error, { action: Action; ids: readonly string[]; tags?: string[] }>({
    mutationFn: async ({ action, ids, tags }) => {
      const all = { succeeded: 0, failed: 0, results: [] as Outcome['results'] };
      // A thousand at a time, as the server takes them.
      for (let from = 0; from < ids.length; from += most) {
        setProgress({ done: from, of: ids.length });
        const part = await client.tasks.bulk(
          { action, ids: ids.slice(from, from + most), ...(tags ? { tags } : {}) },
          { onProgress: ({ done }) => setProgress({ done: from + done, of: ids.length }) },
        );
        all.succeeded += part.succeeded;
        all.failed += part.failed;
        all.results.push(...part.results);
      }
      return all;
    },
    onSuccess: (outcome, { action }) => {
      const failures = outcome.results.filter(({ success }) => !success);
      onSelected(new Set(failures.map(({ id }) => id)));
      if (outcome.succeeded > 0) sayDone(action, outcome);
      if (failures.length > 0)
        notifications.show({
          color: 'red',
          title: `${named(failures.length)} stayed as ${failures.length === 1 ? 'it was' : 'they were'}, and selected`,
          message: [...new Set(failures.map(({ error }) => error?.message ?? 'It failed.'))].slice(0, 3).join(' '),
          autoClose: 12_000,
        });
    },
    onError: showError,
    onSettled: () => {
      setProgress(null);
      for (const entity of ['tasks', 'repositories', 'registry', 'pushes'] as const)
        void queries.invalidateQueries({ queryKey: [entity] });
    },
  });
  const sayDone = (action: Action, { results, succeeded }: Outcome) => {
    const ids = results.filter(({ success }) => success).map(({ id }) => id);
    notifications.show({
      id: action,
      color: 'teal',
      autoClose: action === 'delete' ? 15_000 : 5_000,
      message:
        action === 'delete' ? (
          <Group justify="space-between" wrap="nowrap">
            {did[action]}: {named(succeeded)}
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => {
                notifications.hide(action);
                act.mutate({ action: 'restore', ids });
              }}
            >
              Undo
            </Button>
          </Group>
        ) : (
          `${did[action]}: ${named(succeeded)}`
        ),
    });
  };
  const ids = [...selected];
  const run = (action: Action) => act.mutate({ action, ids });
  const remove = async () => {
    const sure = await confirm({
      title: `Delete ${named(ids.length)}?`,
      text: 'They stop running here. Their repositories keep them until the deletion is pushed; it can be undone.',
      confirmLabel: `Delete ${named(ids.length)}`,
      danger: true,
    });
    if (sure) run('delete');
  };
  const button = (action: Action, label: string) => (
    <Button size="xs" variant="default" disabled={act.isPending} onClick={() => run(action)}>
      {label}
    </Button>
  );
  return (
    <>
      <BulkBar count={selected.size} onClear={() => onSelected(new Set())} progress={progress}>
        {may('edit') && button('enable', 'Enable')}
        {may('edit') && button('disable', 'Disable')}
        {may('edit') && (
          <Button size="xs" variant="default" disabled={act.isPending} onClick={tags.open}>
            Tags …
          </Button>
        )}
        {button('validate', 'Validate')}
        {may('run') && button('test', 'Run tests')}
        {may('push') && button('push', 'Push')}
        {may('delete') && (
          <Button size="xs" variant="default" disabled={act.isPending} onClick={() => void remove()}>
            Delete
          </Button>
        )}
      </BulkBar>
      {tagging && (
        <TagDialog
          count={ids.length}
          onClose={tags.close}
          onDone={(action, list) => {
            tags.close();
            act.mutate({ action, ids, tags: list });
          }}
        />
      )}
      {dialog}
    </>
  );
}

function TagDialog(props: {
  count: number;
  onClose: () => void;
  onDone: (action: 'tag' | 'untag', tags: string[]) => void;
}) {
  const [tags, setTags] = useState<string[]>([]);
  return (
    <Modal opened onClose={props.onClose} title={`Tags of ${named(props.count)}`}>
      <Stack>
        <TagsInput
          label="Tags"
          description="Enter or a comma ends one"
          value={tags}
          onChange={setTags}
          maxTags={50}
          data-autofocus
        />
        <Group>
          <Button disabled={tags.length === 0} onClick={() => props.onDone('tag', tags)}>
            Add them
          </Button>
          <Button variant="default" disabled={tags.length === 0} onClick={() => props.onDone('untag', tags)}>
            Take them off
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
