import { Group, NativeSelect, Skeleton, Stack, Text } from '@mantine/core';
import type { PlannedDocument, SyncPlan } from '@ratchet/contract/entities/sync';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { read } from '../../../api/queries.ts';
import { DiffView, languageOf } from '../../../kit/editor/index.tsx';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { comparisons, comparisonsOf } from './plan-comparisons.ts';
import { planIn } from './plan-query.ts';
import type { Action } from './plan-words.ts';

type File = PlannedDocument['files'][number];

interface PlanFilesProps {
  readonly repositoryId: string;
  readonly planId: string;
  readonly action: Action;
  /** The plan does not hold any more; this is what it has become. */
  readonly onStale: (plan: SyncPlan) => void;
}

/** The files of a document that differ, side by side: what is there now and what it would become. */
export function PlanFiles({ repositoryId, planId, action, onStale }: PlanFilesProps) {
  const { path } = action;
  const diff = useQuery({
    ...read('repositories', 'planDiff', { id: repositoryId, planId, path }),
    // Of one plan it is always the same.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    retry: false,
  });
  const stale = planIn(diff.error);
  useEffect(() => {
    if (stale) onStale(stale);
  }, [stale, onStale]);
  if (diff.isPending) return <Skeleton role="status" height={160} aria-label={`Loading the files of ${path}`} />;
  if (diff.error) return stale ? null : <ErrorPanel error={diff.error} onRetry={() => void diff.refetch()} />;
  if (diff.data.files.length === 0) return <Text size="sm">No file of it differs.</Text>;
  return (
    <Stack gap="md">
      {diff.data.files.map((file) => (
        <OneFile key={file.path} file={file} action={action} />
      ))}
    </Stack>
  );
}

function OneFile({ file, action }: { readonly file: File; readonly action: Action }) {
  const ways = comparisonsOf(file, action);
  const [chosen, setChosen] = useState('');
  const way = ways.find((one) => one === chosen) ?? ways[0] ?? 'sync';
  const { from, to, fromLabel, toLabel } = comparisons[way];
  const was = file.in.includes(from);
  const is = file.in.includes(to);
  return (
    <Stack component="section" gap={6} aria-label={file.path}>
      <Group gap="xs" justify="space-between">
        <Group gap="xs">
          <Text size="sm" fw={600} ff="monospace" style={{ overflowWrap: 'anywhere' }}>
            {file.path}
          </Text>
          <StatusBadge status={was && is ? 'modified' : is ? 'added' : was ? 'deleted' : 'unchanged'} />
        </Group>
        {ways.length > 1 && (
          <NativeSelect
            size="xs"
            aria-label={`What is compared of ${file.path}`}
            value={way}
            data={ways.map((one) => ({ value: one, label: comparisons[one].label }))}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
        )}
      </Group>
      {file.content === 'text' ? (
        <DiffView
          before={file[from]}
          after={file[to]}
          beforeLabel={fromLabel}
          afterLabel={toLabel}
          language={languageOf(file.path)}
          maxHeight={360}
        />
      ) : (
        <Text size="sm">
          {file.content === 'binary'
            ? 'It is no text, so its difference cannot be shown.'
            : 'It is too large to be shown here. The sync can be undone under Runs.'}
        </Text>
      )}
    </Stack>
  );
}
