import { Kbd, SegmentedControl, Stack, Table, Text, Title, useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { nav } from '../../app/nav.ts';

const schemes = [
  { value: 'auto', label: 'As the system has it' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

/** How the page looks and is steered, in this browser. */
export function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Stack>
      <Title order={2} size="h4">
        Colours
      </Title>
      <SegmentedControl
        aria-label="Colours"
        data={schemes}
        value={colorScheme}
        onChange={(next) => setColorScheme(next as typeof colorScheme)}
        style={{ alignSelf: 'start' }}
      />
      <Text size="sm">Kept in this browser only.</Text>
      <Title order={2} size="h4">
        Keys
      </Title>
      <Table.ScrollContainer minWidth={300}>
        <Table aria-label="Keys" verticalSpacing={6} maw={560}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Keys</Table.Th>
              <Table.Th>What they do</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            <Row keys="Ctrl K">Search for pages, tasks, repositories and schedules</Row>
            <Row keys="/">Go to the search of a list</Row>
            {nav.flatMap(({ items }) =>
              items.map(({ keys, label }) => (
                <Row key={keys} keys={keys}>
                  Open {label}
                </Row>
              )),
            )}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}

function Row({ keys, children }: { keys: string; children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Td>
        {keys.split(' ').map((key, index) => (
          <span key={key}>
            {index > 0 && ' '}
            <Kbd>{key}</Kbd>
          </span>
        ))}
      </Table.Td>
      <Table.Td>{children}</Table.Td>
    </Table.Tr>
  );
}
