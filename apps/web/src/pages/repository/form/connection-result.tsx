import { Stack, Text, ThemeIcon } from '@mantine/core';
import { IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import type { OutputOf } from '../../../api/queries.ts';
import { Duration } from '../../../kit/state/duration.tsx';
import { Notice } from '../../../kit/state/notice.tsx';

type Test = OutputOf<'repositories', 'test'>;

/** What a test of the connection found, step by step. */
export function ConnectionResult({ test, writable }: { test: Test; writable: boolean }) {
  const { details } = test;
  const steps: { label: string; ok: boolean; optional?: boolean; note?: string }[] = [
    { label: 'It can be reached', ok: details.reachable },
    { label: 'Signing in works', ok: details.authenticated },
    { label: 'It can be read', ok: details.readable, note: details.branch ? `branch ${details.branch}` : undefined },
    {
      label: 'It can be written to',
      ok: details.writable,
      optional: !writable,
      note: !writable && !details.writable ? 'not needed: it takes no changes from here' : undefined,
    },
  ].map(({ note, ...step }) => (note === undefined ? step : { ...step, note }));
  return (
    <Stack gap="sm" role="status">
      <Notice
        tone={test.success ? 'good' : 'bad'}
        icon={test.success ? <IconCheck aria-hidden /> : <IconX aria-hidden />}
        title={test.success ? 'The connection works' : 'The connection does not work yet'}
      >
        {test.message}
      </Notice>
      <Stack component="ul" gap={6} m={0} p={0} style={{ listStyle: 'none' }} aria-label="Steps of the test">
        {steps.map(({ label, ok, optional, note }) => (
          <li key={label} style={{ display: 'flex', gap: 8, alignItems: 'center' }}>
            <ThemeIcon size="sm" radius="xl" color={ok ? 'teal.9' : optional ? 'gray.7' : 'red.9'} aria-hidden>
              {ok ? <IconCheck size={14} /> : optional ? <IconMinus size={14} /> : <IconX size={14} />}
            </ThemeIcon>
            <Text size="sm">
              {label}: {ok ? 'yes' : 'no'}
              {note !== undefined && ` (${note})`}
            </Text>
          </li>
        ))}
      </Stack>
      <Text size="sm" c="dimmed">
        {details.head ? `It stands at ${details.head.slice(0, 12)}. ` : ''}It answered in{' '}
        <Duration ms={details.latencyMs} />.
      </Text>
    </Stack>
  );
}
