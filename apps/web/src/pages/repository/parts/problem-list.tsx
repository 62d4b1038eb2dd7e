import { Code, List } from '@mantine/core';

interface Problem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly line?: number | undefined;
}

/** What could not be taken over, and why. */
export function ProblemList({ problems, label }: { problems: readonly Problem[]; label: string }) {
  return (
    <List size="sm" aria-label={label}>
      {problems.map((problem) => (
        <List.Item key={`${problem.path} ${problem.code} ${problem.line ?? ''} ${problem.message}`}>
          <Code style={{ overflowWrap: 'anywhere' }}>
            {problem.path}
            {problem.line !== undefined && `:${problem.line}`}
          </Code>{' '}
          {problem.message}
        </List.Item>
      ))}
    </List>
  );
}
