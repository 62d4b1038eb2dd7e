import { Anchor, Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import { IconArrowUp } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMay } from '../../../api/use-identity.ts';
import { CopyButton } from '../../../kit/state/copy-button.tsx';
import { EmptyState } from '../../../kit/state/empty-state.tsx';
import { RelativeTime } from '../../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { Comparison } from '../history/comparison.tsx';
import { useTask } from '../task-context.ts';
import { MoveForm } from './move-form.tsx';
import { OpenMatters } from './open-matters.tsx';
import { PullButton } from './pull-button.tsx';

/** Where the task lives, how it stands against that, and what goes out and comes in. */
export default function RepositoryTab() {
  const { task, mayEdit, askPush } = useTask();
  const may = useMay();
  const where = task.repositoryInfo;
  return (
    <Stack gap="lg">
      {where ? (
        <>
          <OpenMatters repositoryId={where.repositoryId} />
          <Stack component="section" gap="xs" aria-label="Where it lives">
            <Group justify="space-between">
              <Title order={2} size="h4">
                Where it lives
              </Title>
              <Group gap="xs">
                {may('sync') && <PullButton />}
                {may('push') && (
                  <Button
                    leftSection={<IconArrowUp size={16} aria-hidden />}
                    disabled={!task.needsPush || !where.canPush}
                    onClick={askPush}
                  >
                    Push
                  </Button>
                )}
              </Group>
            </Group>
            <Place />
          </Stack>
          <Stack component="section" gap="xs" aria-label="What a push would change">
            <Title order={2} size="h4">
              What a push would change
            </Title>
            <Comparison
              from="repository"
              to={task.revision}
              fromLabel="In the repository, as last seen"
              toLabel={`Revision ${task.revision}`}
              same="Nothing: the repository was last seen to hold all of this."
            />
          </Stack>
        </>
      ) : (
        <EmptyState
          order={2}
          title="It lives here only"
          text="It is in no repository, so nobody else has it. Choose one below; the next push writes it there."
        />
      )}
      {mayEdit && may('create') && <MoveForm />}
    </Stack>
  );
}

function Place() {
  const { task } = useTask();
  const where = task.repositoryInfo;
  if (!where) return null;
  const rows = [
    [
      'Repository',
      <Anchor component={Link} key="r" to={`/repositories/${where.repositoryId}`} underline="always">
        {where.repositoryName} ({where.repositoryType})
      </Anchor>,
    ],
    [
      'Path',
      <Text key="p" size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
        {where.repositoryPath || '.'}
      </Text>,
    ],
    ['Form', forms[task.storageType] ?? task.storageType],
    ['Branch', where.branch ?? '–'],
    [
      'Commit last seen',
      where.commit === null ? (
        '–'
      ) : (
        <Group key="c" gap={4}>
          <Text size="sm" ff="monospace">
            {where.commit.slice(0, 12)}
          </Text>
          <CopyButton value={where.commit} label="Copy the commit" size="xs" />
        </Group>
      ),
    ],
    ['State', <StatusBadge key="s" status={task.syncStatus} />],
    [
      'Last push',
      <Group key="l" gap="xs">
        <StatusBadge status={task.pushStatus} />
        {task.pushMessage !== null && <Text size="sm">{task.pushMessage}</Text>}
      </Group>,
    ],
    ['Last synced', <RelativeTime key="t" time={task.lastSyncedAt} />],
    ['Last edited here', <RelativeTime key="e" time={task.localModifiedAt} missing="never" />],
    [
      'Takes changes',
      where.canPush
        ? where.autoPush
          ? 'Yes, each edit by itself'
          : 'Yes, when pushed'
        : 'No: read-only, or not reachable now',
    ],
  ] as const;
  return (
    <Table variant="vertical" layout="fixed" aria-label="Where it lives">
      <Table.Tbody>
        {rows.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" w={160}>
              {name}
            </Table.Th>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

const forms: Readonly<Record<string, string>> = {
  folder: 'A folder with metadata.json',
  pair: 'Code with YAML beside it',
  manifest: 'A folder with task.yaml',
  script: 'One script',
};
