import { Alert, Stack, Text } from '@mantine/core';
import { Duration } from '../../kit/state/duration.tsx';
import { JsonView } from '../../kit/state/json-view.tsx';
import { lookOf } from '../../kit/state/tones.ts';
import type { RunEnd } from './debug-run.ts';

/** How the debugged run ended. */
export function EndPanel({ end }: { end: RunEnd | null }) {
  if (end === null)
    return (
      <Alert variant="outline" title="The run has ended" styles={{ title: { color: 'var(--mantine-color-text)' } }}>
        It was ended before the task returned.
      </Alert>
    );
  const { status, error, output, durationMs } = end;
  return (
    <Alert
      variant="outline"
      color={error ? 'red' : 'teal'}
      title={`The run is ${lookOf(status).text.toLowerCase()}`}
      styles={{ title: { color: 'var(--mantine-color-text)' } }}
    >
      <Stack gap="xs">
        <Text size="sm">
          It took <Duration ms={durationMs} />.
        </Text>
        {error ? (
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {error.class}: {error.message}
          </Text>
        ) : (
          <JsonView value={output} label="Output" />
        )}
      </Stack>
    </Alert>
  );
}
