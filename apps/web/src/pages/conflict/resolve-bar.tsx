import { Button, Group, Stack, Switch, Text } from '@mantine/core';
import type { Conflict } from '@ratchet/contract/entities/conflict';
import { RatchetError } from '@ratchet/contract/errors';
import { IconCheck, IconShieldCheck } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { Notice } from '../../kit/state/notice.tsx';
import { ProblemList } from '../repository/parts/problem-list.tsx';
import { checkMerged } from './check-merged.ts';
import classes from './conflict.module.css';
import { missing, resolveInput } from './decisions.ts';
import type { UseDecisions } from './use-decisions.ts';

interface ResolveBarProps {
  readonly conflict: Conflict;
  readonly use: UseDecisions;
  readonly hasTests: boolean;
  readonly runTests: boolean;
  readonly onRunTests: (run: boolean) => void;
  readonly onResolved: (conflict: Conflict) => void;
}

/** What is open still, a check before saving, and saving. */
export function ResolveBar({ conflict, use, hasTests, runTests, onRunTests, onResolved }: ResolveBarProps) {
  const may = useMay();
  const queries = useQueryClient();
  const { decisions, moved } = use;
  const open = missing(conflict, decisions);
  const check = useAction({
    act: () => checkMerged(conflict, decisions),
    changes: [],
    onFailed: () => true,
  });
  const resolve = useAction({
    act: () => client.conflicts.resolve(resolveInput(conflict, decisions)),
    changes: ['conflicts', 'tasks', 'repositories', 'registry', 'specs', 'projects'],
    onDone: (resolved) => {
      queries.setQueryData(['conflicts', 'get', { id: conflict.id }], resolved);
      use.forget();
      onResolved(resolved);
    },
    onFailed: (error) => {
      if (!(error instanceof RatchetError)) return true;
      if (error.code === 'CONFLICT_MOVED' || error.code === 'REVISION_MISMATCH') {
        const { conflict: now } = (error.details ?? {}) as { conflict?: Conflict };
        if (now) queries.setQueryData(['conflicts', 'get', { id: conflict.id }], now);
        else void queries.invalidateQueries({ queryKey: ['conflicts'] });
      }
      return true;
    },
  });
  const isMoved =
    resolve.error instanceof RatchetError &&
    (resolve.error.code === 'CONFLICT_MOVED' || resolve.error.code === 'REVISION_MISMATCH');
  const mayCheck = may('create') && conflict.documentKind === 'task';
  const noted = (resolve.error !== null && !isMoved) || check.error !== null || check.data !== undefined;
  return (
    <Stack gap="sm" className={classes.bar}>
      {noted && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={classes.notes} tabIndex={0} aria-label="What was found">
          {resolve.error && !isMoved && !resolve.isPending && <ErrorPanel error={resolve.error} />}
          {check.error && !check.isPending && <ErrorPanel error={check.error} title="The task would not load" />}
          {check.data && !check.isPending && !check.error && <CheckResult checked={check.data} />}
        </section>
      )}
      <Group justify="space-between" gap="sm">
        <Text size="sm" role="status">
          {moved ? 'A side changed: look at it above first.' : (open ?? 'Everything is decided.')}
        </Text>
        <Group gap="sm">
          {hasTests && may('run') && (
            <Switch
              label="Run its tests after saving"
              checked={runTests}
              onChange={(event) => onRunTests(event.currentTarget.checked)}
            />
          )}
          {mayCheck && (
            <Button
              variant="default"
              leftSection={<IconShieldCheck size={18} aria-hidden />}
              onClick={() => check.mutate()}
              loading={check.isPending}
            >
              Check it
            </Button>
          )}
          <Button
            leftSection={<IconCheck size={18} aria-hidden />}
            onClick={() => resolve.mutate()}
            loading={resolve.isPending}
            disabled={open !== null || moved || !may('edit')}
          >
            Save the resolution
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}

function CheckResult({ checked }: { checked: Awaited<ReturnType<typeof checkMerged>> }) {
  const { problems, left, gone } = checked;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return (
    <Notice
      role="status"
      tone={problems.length === 0 ? 'good' : errors > 0 ? 'bad' : 'attention'}
      title={
        gone
          ? 'The task would be gone: there is nothing to check'
          : problems.length === 0
            ? 'Code, schemas, metadata and tests are in order'
            : 'It can be saved, but something is wrong with it'
      }
    >
      <Text size="sm">Nothing was saved.</Text>
      {problems.length > 0 && <ProblemList problems={problems} label="Problems of the merged task" />}
      {left.length > 0 && <Text size="sm">Not looked at, since it is not text: {left.join(', ')}.</Text>}
    </Notice>
  );
}
