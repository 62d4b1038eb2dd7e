import { Anchor, Code, Collapse, Stack, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { CopyButton } from '../../kit/state/copy-button.tsx';

const variables: readonly (readonly [name: string, text: string])[] = [
  ['task.name', 'The task’s name'],
  ['task.id', 'Its id'],
  ['task.version', 'Its version'],
  ['execution.id', 'The id of the execution'],
  ['execution.status', 'How it ended: completed, failed, …'],
  ['execution.attempt', 'Which attempt it was, from 1'],
  ['job.id', 'The id of the job'],
  ['delivery.id', 'The id of the delivery, the same over all its attempts'],
  ['error.class', 'The class of the error of a failed run'],
  ['error.message', 'What it says'],
  ['date', 'The day the execution ended, in UTC'],
  ['time', 'The time of that day'],
  ['timestamp', 'Both'],
  ['output', 'The whole output'],
  ['output.items.0.id', 'A part of the output'],
];

/** What can stand in fields that take variables. */
export function TemplateHelp() {
  const [opened, { toggle }] = useDisclosure(false);
  return (
    <Stack gap="xs">
      <Anchor
        component="button"
        type="button"
        size="sm"
        onClick={toggle}
        aria-expanded={opened}
        style={{ alignSelf: 'start' }}
      >
        {opened ? 'Hide the variables' : 'Which variables are there?'}
      </Anchor>
      <Collapse expanded={opened}>
        <Stack gap="xs">
          <Text size="sm">
            A name that is not known is refused when you save. One that an execution has no value for fails its delivery
            at once. In paths, addresses and headers, what a value may not hold there is made harmless.
          </Text>
          <Table.ScrollContainer minWidth={320}>
            <Table aria-label="Variables of templates" verticalSpacing={4}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Variable</Table.Th>
                  <Table.Th>Meaning</Table.Th>
                  <Table.Th>Copy</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {variables.map(([name, text]) => (
                  <Table.Tr key={name}>
                    <Table.Td>
                      <Code>{`{{${name}}}`}</Code>
                    </Table.Td>
                    <Table.Td>{text}</Table.Td>
                    <Table.Td>
                      <CopyButton value={`{{${name}}}`} label={`Copy ${name}`} size="xs" />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Stack>
      </Collapse>
    </Stack>
  );
}
