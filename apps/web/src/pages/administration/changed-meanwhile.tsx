import { Button, Code, Group, List, Stack, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { Notice } from '../../kit/state/notice.tsx';
import type { Draft } from './use-draft.ts';

interface Props<V extends object> {
  readonly draft: Draft<V>;
  /** How fields are called on this page. */
  readonly names: { readonly [K in keyof V]?: string };
  /** Fields whose values are shown to nobody. */
  readonly hidden?: readonly string[];
}

const shown = (value: unknown): string =>
  value === null || value === undefined || value === ''
    ? 'nothing'
    : typeof value === 'string'
      ? value
      : JSON.stringify(value, null, 2);

/** What somebody else changed since the page was read, and who is to win where both changed the same. */
export function ChangedMeanwhile<V extends object>({ draft, names, hidden = [] }: Props<V>) {
  const clashes = Object.keys(draft.clashes) as (keyof V & string)[];
  if (clashes.length === 0 && draft.taken.length === 0) return null;
  const nameOf = (name: string) => names[name as keyof V] ?? name;
  return (
    <Notice tone="attention" role="alert" icon={<IconUsers aria-hidden />} title="Somebody else changed this meanwhile">
      <Stack gap="sm">
        <Text size="sm">What you typed is still here. Nothing has been saved of it.</Text>
        {draft.taken.length > 0 && (
          <Text size="sm">
            Their changes that you did not touch are in the form now: {draft.taken.map(nameOf).join(', ')}.
          </Text>
        )}
        {clashes.length > 0 && (
          <>
            <Text size="sm">
              You both changed the following. Choose before you save, or edit the field after choosing.
            </Text>
            <List listStyleType="none" spacing="sm" m={0} p={0}>
              {clashes.map((name) => (
                <List.Item key={name}>
                  <Stack gap={4}>
                    <Text size="sm" fw={600}>
                      {nameOf(name)}
                    </Text>
                    {!hidden.includes(name) && (
                      <>
                        <Side label="Yours" value={shown(draft.values[name])} />
                        <Side label="Theirs" value={shown(draft.clashes[name])} />
                      </>
                    )}
                    <Group gap="xs">
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`Keep mine: ${nameOf(name)}`}
                        onClick={() => draft.decide(name, 'mine')}
                      >
                        Keep mine
                      </Button>
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`Take theirs: ${nameOf(name)}`}
                        onClick={() => draft.decide(name, 'theirs')}
                      >
                        Take theirs
                      </Button>
                    </Group>
                  </Stack>
                </List.Item>
              ))}
            </List>
          </>
        )}
      </Stack>
    </Notice>
  );
}

function Side({ label, value }: { label: string; value: string }) {
  return (
    <Group gap="xs" align="start" wrap="nowrap">
      <Text size="sm" w={56} style={{ flex: 'none' }}>
        {label}
      </Text>
      <Code block style={{ flex: 1, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {value}
      </Code>
    </Group>
  );
}
