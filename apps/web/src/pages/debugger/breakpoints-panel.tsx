import { ActionIcon, Checkbox, Group, Paper, Stack, Text, TextInput, Title, UnstyledButton } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { type Breakpoint, breakpointKey } from './breakpoints.ts';

interface Props {
  readonly breakpoints: readonly Breakpoint[];
  /** Whether there is code where a breakpoint is, by its key, as far as a run has told. */
  readonly places: ReadonlyMap<string, boolean>;
  readonly onChange: (breakpoints: readonly Breakpoint[]) => void;
  readonly onShow: (breakpoint: Breakpoint) => void;
}

/** The breakpoints of a task, with the conditions under which they stop. */
export function BreakpointsPanel({ breakpoints, places, onChange, onShow }: Props) {
  const change = (key: string, next: Partial<Breakpoint>) =>
    onChange(breakpoints.map((each) => (breakpointKey(each) === key ? { ...each, ...next } : each)));
  return (
    <Paper withBorder p="sm" component="section" aria-label="Breakpoints">
      <Title order={2} size="h5" mb={4}>
        Breakpoints
      </Title>
      {breakpoints.length === 0 && (
        <Text size="sm" c="dimmed">
          None. Press the margin beside a line, or F9 on it.
        </Text>
      )}
      <Stack gap="xs">
        {breakpoints.map((each) => {
          const key = breakpointKey(each);
          const name = `${each.file}, line ${each.line}`;
          return (
            <div key={key}>
              <Group gap="xs" wrap="nowrap" mih={30}>
                <Checkbox
                  size="sm"
                  checked={each.enabled}
                  aria-label={`Stop at ${name}`}
                  onChange={(event) => change(key, { enabled: event.currentTarget.checked })}
                />
                <UnstyledButton
                  onClick={() => onShow(each)}
                  style={{ flex: 1, minHeight: 24, overflowWrap: 'anywhere', fontSize: 'var(--mantine-font-size-sm)' }}
                >
                  {name}
                </UnstyledButton>
                <ActionIcon
                  size={24}
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove the breakpoint at ${name}`}
                  onClick={() => onChange(breakpoints.filter((other) => other !== each))}
                >
                  <IconX size={12} aria-hidden />
                </ActionIcon>
              </Group>
              <Condition
                label={`Condition of ${name}`}
                value={each.condition}
                onChange={(condition) => change(key, { condition })}
              />
              {places.get(key) === false && (
                <Text size="xs">There is no code at this line, or the condition is wrong.</Text>
              )}
            </div>
          );
        })}
      </Stack>
    </Paper>
  );
}

/** Told when it is left or on Enter: half a condition is none. */
function Condition({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const tell = () => {
    if (text.trim() !== value) onChange(text.trim());
  };
  return (
    <TextInput
      size="xs"
      aria-label={label}
      placeholder="Only if, such as amount > 3"
      spellCheck={false}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={tell}
      onKeyDown={(event) => {
        if (event.key === 'Enter') tell();
      }}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
    />
  );
}
