import { Button, Group, Paper, Select, Stack, Switch } from '@mantine/core';
import type { Task } from '@ratchet/contract/entities/task';
import { IconBug, IconExternalLink } from '@tabler/icons-react';
import { SchemaForm } from '../../kit/form/schema-form.tsx';
import type { PauseOnExceptions } from './debug-run.ts';

export interface StartChoice {
  readonly input: unknown;
  readonly valid: boolean;
  readonly pauseOnEntry: boolean;
  readonly exceptions: PauseOnExceptions;
}

interface Props {
  readonly task: Task;
  readonly choice: StartChoice;
  readonly onChoice: (choice: Partial<StartChoice>) => void;
  readonly starting: boolean;
  readonly again: boolean;
  readonly onStart: (outside: boolean) => void;
}

/** With what the task is run, and where it stops by itself. */
export function StartPanel({ task, choice, onChoice, starting, again, onStart }: Props) {
  const { inputSchema } = task;
  return (
    <Paper withBorder p="sm" component="section" aria-label="Start">
      <Stack gap="sm">
        <SchemaForm
          schema={typeof inputSchema === 'object' ? inputSchema : null}
          value={choice.input}
          onChange={(input, valid) => onChoice({ input, valid })}
          label={`Input of ${task.name}`}
        />
        <Group align="end" gap="sm">
          <Select
            size="xs"
            label="Stop at exceptions"
            allowDeselect={false}
            data={[
              { value: 'uncaught', label: 'That nobody catches' },
              { value: 'all', label: 'All' },
              { value: 'none', label: 'None' },
            ]}
            value={choice.exceptions}
            onChange={(next) => onChoice({ exceptions: (next ?? 'uncaught') as PauseOnExceptions })}
          />
          <Switch
            label="Stop at the first line"
            checked={choice.pauseOnEntry}
            onChange={(event) => onChoice({ pauseOnEntry: event.currentTarget.checked })}
            mb={6}
          />
        </Group>
        <Group gap="xs">
          <Button
            leftSection={<IconBug size={16} aria-hidden />}
            loading={starting}
            disabled={!choice.valid}
            onClick={() => onStart(false)}
          >
            {again ? 'Start again' : 'Start debugging'}
          </Button>
          <Button
            variant="default"
            leftSection={<IconExternalLink size={16} aria-hidden />}
            disabled={!choice.valid || starting}
            onClick={() => onStart(true)}
          >
            Start for DevTools
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
