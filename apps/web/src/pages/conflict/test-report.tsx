import { Code, List, Loader, Text } from '@mantine/core';
import type { OutputOf } from '../../api/queries.ts';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { Notice } from '../../kit/state/notice.tsx';

interface TestReportProps {
  readonly report: OutputOf<'tasks', 'test'> | undefined;
  readonly error: Error | null;
  readonly running: boolean;
}

/** What the task's tests say of it as it is now. */
export function TestReport({ report, error, running }: TestReportProps) {
  if (running)
    return (
      <Text role="status">
        <Loader size="xs" mr="xs" /> Running its tests
      </Text>
    );
  if (error) return <ErrorPanel error={error} title="The tests did not run" />;
  if (!report) return null;
  const { passed, failed, skipped, results } = report;
  const bad = results.filter(({ status }) => status === 'failed' || status === 'error');
  return (
    <Notice
      role="status"
      tone={failed > 0 ? 'bad' : 'good'}
      title={
        failed > 0 ? `${failed} of its tests did not pass` : `Its ${passed === 1 ? 'test' : `${passed} tests`} passed`
      }
    >
      {skipped > 0 && <Text size="sm">{skipped} were not run.</Text>}
      {bad.length > 0 && (
        <List size="sm">
          {bad.map(({ name, path, error: why, expected, actual }) => (
            <List.Item key={`${path} ${name}`}>
              {name}: {why ?? 'the output differs'}
              {why === null && (
                <>
                  {' '}
                  Expected <Code>{JSON.stringify(expected)}</Code>, got <Code>{JSON.stringify(actual)}</Code>.
                </>
              )}
            </List.Item>
          ))}
        </List>
      )}
    </Notice>
  );
}
