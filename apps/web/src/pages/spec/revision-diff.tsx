import { Code, List, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { SpecVersion } from '@ratchet/contract/entities/spec';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { DiffView } from '../../kit/editor/index.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { differingFiles } from './differing-files.ts';

interface Props {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

const texts = {
  'proposal.md': 'proposalContent',
  'tasks.md': 'tasksContent',
  'design.md': 'designContent',
} as const satisfies Record<string, keyof SpecVersion>;

/** How two revisions of a change differ, file by file. */
export function RevisionDiff({ id, from, to }: Props) {
  const before = useQuery({
    ...read('specs', 'getVersion', { id, revision: from }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const after = useQuery({ ...read('specs', 'getVersion', { id, revision: to }), staleTime: Number.POSITIVE_INFINITY });
  const error = before.error ?? after.error;
  if (error)
    return (
      <ErrorPanel
        error={error}
        onRetry={() => {
          void before.refetch();
          void after.refetch();
        }}
      />
    );
  if (!before.data || !after.data) return <Skeleton role="status" height={200} aria-label="Loading both revisions" />;
  const [a, b] = [before.data, after.data];
  const differing = differingFiles(a.files, b.files);
  const shown = differing.filter(({ path }) => Object.hasOwn(texts, path));
  const others = differing.filter(({ path }) => !Object.hasOwn(texts, path));
  return (
    <Stack>
      {differing.length === 0 && <Text size="sm">No file differs.</Text>}
      {shown.map(({ path }) => {
        const member = texts[path as keyof typeof texts];
        return (
          <Stack key={path} component="section" gap={6} aria-label={path}>
            <Title order={3} size="h5" ff="monospace">
              {path}
            </Title>
            <DiffView
              before={a[member]}
              after={b[member]}
              beforeLabel={`Revision ${from}`}
              afterLabel={`Revision ${to}`}
              language="markdown"
              maxHeight={420}
            />
          </Stack>
        );
      })}
      {others.length > 0 && (
        <List size="sm" aria-label="Other files that differ">
          {others.map(({ path, change }) => (
            <List.Item key={path}>
              <Code>{path}</Code> {change}
            </List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}
