import { Code, Stack, Text } from '@mantine/core';
import type { OutputOf } from '../../api/queries.ts';
import { Duration } from '../../kit/state/duration.tsx';
import { Notice } from '../../kit/state/notice.tsx';

/** What a trial delivery did. */
export function TestResult({ result }: { result: OutputOf<'outputDestinations', 'test'> | undefined }) {
  return (
    <div role="status">
      {result && (
        <Notice
          tone={result.success ? 'good' : 'bad'}
          title={result.success ? 'The test arrived' : 'The test did not arrive'}
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
        </Notice>
      )}
    </div>
  );
}
