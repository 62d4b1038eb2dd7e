import { Anchor, Button, Group, List, SimpleGrid, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { StatTile } from '../../kit/chart/stat-tile.tsx';
import { CopyButton } from '../../kit/state/copy-button.tsx';
import { Duration } from '../../kit/state/duration.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { words } from '../../kit/state/tones.ts';

const links = [
  { href: '/docs', label: 'REST, to try out', text: 'Every operation with its members and examples' },
  { href: '/playground', label: 'GraphQL, to try out', text: 'Queries, changes and subscriptions' },
  { href: '/api-docs/openapi.json', label: 'OpenAPI document', text: 'For programs that make clients' },
] as const;

/** How this server is, part by part. */
export function ServerHealth() {
  const { data, error, refetch, isFetching } = useQuery({ ...read('health', 'details', {}), refetchInterval: 10_000 });
  if (error && !data) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  return (
    <Stack>
      <SimpleGrid cols={{ base: 2, md: 4 }}>
        <StatTile label="Version" value={data?.version} loading={!data} />
        <StatTile label="State" value={data && <StatusBadge status={data.status} />} loading={!data} />
        <StatTile label="Runs since" value={data && <Duration ms={data.uptimeSeconds * 1000} />} loading={!data} />
        <StatTile
          label="Database"
          value={data && (data.mode === 'embedded' ? 'Embedded' : 'PostgreSQL')}
          loading={!data}
        />
      </SimpleGrid>
      <Group justify="space-between">
        <Title order={2} size="h4">
          Parts
        </Title>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          loading={isFetching}
          onClick={() => void refetch()}
        >
          Look again
        </Button>
      </Group>
      {data ? (
        <Table.ScrollContainer minWidth={360}>
          <Table aria-label="Parts of the server" verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Part</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>What it says</Table.Th>
                <Table.Th>Took</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.checks.map((check) => (
                <Table.Tr key={check.name}>
                  <Table.Th scope="row">{words(check.name)}</Table.Th>
                  <Table.Td>
                    <StatusBadge status={check.status} />
                  </Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{check.message}</Table.Td>
                  <Table.Td>
                    <Duration ms={check.durationMs} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      ) : (
        <Skeleton h={180} />
      )}
      {data && (
        <Group gap={6}>
          <Text size="sm">This node is {data.nodeId}</Text>
          <CopyButton value={data.nodeId} label="Copy the node’s id" size="xs" />
        </Group>
      )}
      <Title order={2} size="h4">
        For programs
      </Title>
      <List size="sm">
        {links.map(({ href, label, text }) => (
          <List.Item key={href}>
            <Anchor href={href} target="_blank" rel="noreferrer" inherit underline="always">
              {label}
            </Anchor>
            : {text.toLowerCase()} (opens another tab)
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}
