import { Alert, Code, Stack, Text } from '@mantine/core';
import type { OutputOf } from '../../api/queries.ts';
import { Duration } from '../../kit/state/duration.tsx';

/** What a trial delivery did. */
export function TestResult({ result }: { result: OutputOf<'outputDestinations', 'test'> | undefined }) {
  return (
    <div role="status">
      {result && (
        <Alert
          variant="outline"
          color={result.success ? 'teal' : 'red'}
          title={result.success ? 'The test arrived' : 'The test did not arrive'}
          styles={{ title: { color: 'inherit' } }}
        >
          <Stack gap={4}>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {result.message}
            </Text>
            {result.target && (
              <Text size="sm">
                Sent to <Code style={{ overflowWrap: 'anywhere' }}>{result.target}</Code>
              </Text>
            )}
            {result.response && (
              <Text size="sm">
                Answer <Code style={{ overflowWrap: 'anywhere' }}>{result.response}</Code>
              </Text>
            )}
            <Text size="sm">
              In <Duration ms={result.durationMs} />
            </Text>
          </Stack>
        </Alert>
      )}
    </div>
  );
}
