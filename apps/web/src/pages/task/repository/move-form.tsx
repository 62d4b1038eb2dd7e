import { Button, Group, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { client } from '../../../api/client.ts';
import { type OutputOf, read } from '../../../api/queries.ts';
import { useAction } from '../../../api/use-action.ts';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { useConfirm } from '../../../kit/state/use-confirm.tsx';
import { useTask } from '../task-context.ts';

/** Moves the task to another repository or folder, or keeps it here only. */
export function MoveForm() {
  const { task, adopt } = useTask();
  const where = task.repositoryInfo;
  const [to, setTo] = useState(where?.repositoryId ?? '');
  const [path, setPath] = useState(where?.repositoryPath ?? '');
  const { confirm, dialog } = useConfirm();
  const { data } = useQuery(read('repositories', 'list', { limit: 1000, page: 1 }));
  const move = useAction<void, OutputOf<'tasks', 'get'>>({
    act: () =>
      client.tasks.assignRepository({
        id: task.id,
        repositoryId: to === '' ? null : to,
        ...(to !== '' && path.trim() !== '' ? { repositoryPath: path.trim() } : {}),
        expectedRevision: task.revision,
      }),
    changes: ['tasks', 'repositories'],
    done: ({ repositoryInfo }) =>
      repositoryInfo
        ? `It lives in ${repositoryInfo.repositoryName} now. Push to write it there.`
        : 'It lives here only now',
    onDone: (after) => {
      adopt(after);
      setPath(after.repositoryInfo?.repositoryPath ?? '');
    },
    onFailed: () => true,
  });
  const same = to === (where?.repositoryId ?? '') && (to === '' || path.trim() === where?.repositoryPath);
  const target = data?.items.find(({ id }) => id === to);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const from = where ? `${where.repositoryName}: ${where.repositoryPath}` : null;
    const yes = await confirm({
      title: `Move ${task.name}?`,
      text: [
        target ? `The next push writes it to ${target.name}.` : 'It is kept here only.',
        from ? ` The next push of ${where?.repositoryName} removes it from ${from}.` : '',
        ' Its history stays.',
      ].join(''),
      confirmLabel: 'Move it',
    });
    if (yes) move.mutate();
  };
  return (
    <Stack component="section" gap="xs" aria-label="Move it">
      {dialog}
      <Title order={2} size="h4">
        Move it
      </Title>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="sm" maw={560}>
          <NativeSelect
            label="Repository"
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
            data={[
              { value: '', label: 'None: keep it here only' },
              ...(data?.items ?? []).map(({ id, name, isWritable }) => ({
                value: id,
                label: isWritable ? name : `${name} (read-only)`,
                disabled: !isWritable && id !== where?.repositoryId,
              })),
            ]}
          />
          {to !== '' && (
            <TextInput
              label="Folder in the repository"
              description="Its present one where this is empty"
              value={path}
              onChange={(event) => setPath(event.currentTarget.value)}
              spellCheck={false}
            />
          )}
          {move.error && <ErrorPanel error={move.error} title="It was not moved" />}
          <Group>
            <Button type="submit" variant="default" disabled={same} loading={move.isPending}>
              Move it
            </Button>
            {same && (
              <Text size="sm" c="dimmed">
                That is where it is.
              </Text>
            )}
          </Group>
        </Stack>
      </form>
    </Stack>
  );
}
