import { Button, Group, List, Modal, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../../api/client.ts';
import { read } from '../../../api/queries.ts';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../../kit/state/relative-time.tsx';
import { carrierOf } from '../source/carriers.ts';
import { useTask } from '../task-context.ts';
import { draftKeys, type Part, pathOf, rebased } from './draft-state.ts';
import { needsMerge, type Theirs } from './needs-merge.ts';
import { partText } from './part-text.ts';
import { UnsavedPart } from './unsaved-part.tsx';

interface ElsewhereDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Somebody else changed the task: shows how, and brings the unsaved edits on top of it. Nothing of them is lost. */
export function ElsewhereDialog({ opened, onClose }: ElsewhereDialogProps) {
  const { task, drafts } = useTask();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="min(1200px, 96vw)"
      title="Somebody else changed this task meanwhile"
      closeButtonProps={{ 'aria-label': 'Decide later' }}
    >
      {opened && <Decisions key={`${drafts.revision}:${task.revision}`} onClose={onClose} />}
    </Modal>
  );
}

function Decisions({ onClose }: { readonly onClose: () => void }) {
  const { task, drafts, changeDrafts, save } = useTask();
  const since = drafts.revision ?? task.revision;
  const keys = draftKeys(drafts);
  const theirs = useTheirs(keys);
  const [texts, setTexts] = useState<Readonly<Record<string, string | null>>>({});
  const [open, setOpen] = useState<Readonly<Record<string, number>>>({});
  // A merge that has not told its text yet is not decided either.
  const merges = keys.filter((key) => theirs.data && needsMerge(drafts.items[key], theirs.data[key]));
  const waits = merges.reduce((sum, key) => sum + (open[key] ?? 1), 0);

  const apply = (thenSave: boolean, choose: (key: string, remote: string | null) => string | null) => {
    if (!theirs.data) return;
    const next = Object.fromEntries(
      keys.map((key) => {
        const remote = theirs.data[key]?.text ?? null;
        return [key, { base: remote, text: choose(key, remote) }];
      }),
    );
    changeDrafts((all) => rebased(all, task.revision, next));
    onClose();
    // Once the dialog's task and drafts are those that are drawn.
    if (thenSave) setTimeout(() => save());
  };
  const mine = (key: string): string | null => drafts.items[key]?.text ?? null;
  return (
    <Stack>
      <Text>
        Your edits rest on revision {since}; it is revision {task.revision} now. Decide what becomes of what both
        changed; until then your edits stay as they are.
      </Text>
      <WhoChanged since={since} />
      {theirs.error && <ErrorPanel error={theirs.error} onRetry={() => void theirs.refetch()} />}
      {!theirs.data && !theirs.error && <Skeleton height={200} />}
      {theirs.data &&
        keys.map((key) => (
          <UnsavedPart
            key={key}
            name={key}
            draft={drafts.items[key]}
            theirs={theirs.data[key] ?? { text: null }}
            onDecide={(text, unresolved) => {
              setTexts((all) => ({ ...all, [key]: text }));
              setOpen((all) => ({ ...all, [key]: unresolved }));
            }}
          />
        ))}
      <Group justify="space-between">
        <Group gap="xs">
          <Button variant="default" disabled={!theirs.data} onClick={() => apply(true, (key) => mine(key))}>
            Keep all of mine and save
          </Button>
          <Button variant="default" disabled={!theirs.data} onClick={() => apply(false, (_, remote) => remote)}>
            Take theirs, drop mine
          </Button>
        </Group>
        <Group gap="xs">
          <Button variant="default" onClick={onClose}>
            Decide later
          </Button>
          <Button
            disabled={!theirs.data || waits > 0}
            onClick={() => apply(true, (key) => (Object.hasOwn(texts, key) ? (texts[key] ?? null) : mine(key)))}
          >
            {waits > 0 ? `${waits} ${waits === 1 ? 'place' : 'places'} to decide` : 'Save the merge'}
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}

/** What the parts that we edited hold now. */
function useTheirs(keys: readonly string[]) {
  const { task, entry } = useTask();
  const textOf = async (path: string): Promise<Theirs> => {
    if (!task.files.some((file) => file.path === path)) return { text: null };
    const { content, encoding } = await client.tasks.getFile({ id: task.id, path });
    return encoding === 'base64' ? { text: null, binary: true } : { text: content };
  };
  return useQuery({
    queryKey: ['task-file', task.id, 'theirs', task.revision, task.checksum, ...keys],
    queryFn: async (): Promise<Record<string, Theirs>> => {
      const found = await Promise.all(
        keys.map(async (key): Promise<[string, Theirs]> => {
          const path = pathOf(key);
          if (path !== null) return [key, await textOf(path)];
          const part = key as Part;
          const file = task.storageType === 'folder' ? await textOf(carrierOf(task, entry, part)) : null;
          return [key, { text: partText(task, part, file?.text ?? null) }];
        }),
      );
      return Object.fromEntries(found);
    },
  });
}

function WhoChanged({ since }: { readonly since: number }) {
  const { task } = useTask();
  const input = {
    id: task.id,
    filters: [{ field: 'revision', op: 'gt' as const, value: since }],
    limit: 10,
    page: 1,
  };
  const { data } = useQuery(read('tasks', 'history', input));
  if (!data || data.items.length === 0) return null;
  return (
    <section aria-label="What they saved">
      <Title order={3} size="h5">
        What they saved
      </Title>
      <List size="sm">
        {data.items.map(({ revision, changedBy, changeSource, changeDescription, createdAt }) => (
          <List.Item key={revision}>
            Revision {revision} by {changedBy} ({changeSource}), <RelativeTime time={createdAt} />
            {changeDescription ? `: ${changeDescription}` : ''}
          </List.Item>
        ))}
      </List>
    </section>
  );
}
