import { Button, Paper, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChartBar, IconPlayerPlay } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { TimeChart } from '../../kit/chart/time-chart.tsx';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { TextLink } from '../../kit/state/text-link.tsx';
import { countText } from '../../kit/state/times.ts';
import { DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { sortClauses, sortOf, sortText } from '../../kit/table/sort-text.ts';
import { TaskPicker } from '../../parts/task-picker.tsx';
import { useLiveRows } from '../runs/use-live-rows.ts';
import { ExecutionBulk } from './execution-bulk.tsx';
import { executionColumns, executionHref, executionKey, executionLabel } from './execution-columns.tsx';
import { ExecutionFigures } from './execution-figures.tsx';
import { executionClauses, executionDefaults, executionFilters, stillListed } from './execution-filters.ts';
import { useExecutionHistory } from './use-execution-history.ts';

const pageSize = 200;
const series = [
  { key: 'completed', name: 'Completed', color: 'light-dark(#12805c, #4fd1a5)' },
  { key: 'failed', name: 'Failed', color: 'light-dark(#c2255c, #faa2c1)' },
  { key: 'other', name: 'Others', color: 'light-dark(#495057, #ced4da)' },
];

export function ExecutionsPage() {
  const [state, setState] = useUrlState(executionDefaults);
  const { q, status, task, when, trigger, took, job, node, sort } = state;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [withChart, chart] = useDisclosure(false);
  const input = useMemo(
    () => ({
      limit: pageSize,
      page: 1,
      filters: executionClauses({ q: '', status, task, when, trigger, took, job, node, sort: '' }),
      sort: sortClauses(sort),
      ...(q ? { q } : {}),
    }),
    [q, status, task, when, trigger, took, job, node, sort],
  );
  const { query, rows, total, apply } = useLiveRows('executions', input, {
    newestFirst: sort === '-queuedAt',
    belongs: (row) => stillListed(state, row),
  });
  const history = useExecutionHistory(task, when, withChart);
  const filtered = q + status + task + when + trigger + took + job + node !== '';
  return (
    <Stack>
      <PageHead
        title="Executions"
        text={total === undefined ? 'Every run of a task' : `${countText(total)} ${filtered ? 'match' : 'in all'}`}
        actions={
          <Button
            variant="default"
            leftSection={<IconChartBar size={16} aria-hidden />}
            aria-expanded={withChart}
            onClick={chart.toggle}
          >
            {withChart ? 'Hide the chart' : 'Show the chart'}
          </Button>
        }
      />
      <ExecutionFigures taskId={task} when={when} />
      {withChart && (
        <Paper withBorder p="sm">
          <TimeChart
            label="Executions over time"
            kind="bar"
            stacked
            series={series}
            points={(history.data ?? []).map((point) => ({ ...point }))}
            loading={history.isPending}
            empty={
              history.error ? <ErrorPanel error={history.error} onRetry={() => void history.refetch()} /> : undefined
            }
            height={200}
          />
        </Paper>
      )}
      <FilterBar
        search={{ label: 'Search by task name', placeholder: 'Part of a name' }}
        filters={executionFilters}
        values={{ q, status, when, trigger, took }}
        onChange={({ q, status, when, trigger, took }) => setState({ q, status, when, trigger, took })}
      >
        <TaskPicker value={task || null} onChange={(id) => setState({ task: id ?? '' })} clearable filter />
      </FilterBar>
      {(job || node) && (
        <Text size="sm">
          Only those of {job ? 'one job' : 'one worker'}. <TextLink href="/executions">Show all executions</TextLink>
        </Text>
      )}
      <ExecutionBulk rows={rows} selected={selected} onSelected={setSelected} onDone={apply} />
      {query.error && rows.length === 0 ? (
        <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="Executions"
          rows={rows}
          columns={executionColumns}
          rowKey={executionKey}
          rowHref={executionHref}
          rowLabel={executionLabel}
          sort={sortOf(sort)}
          onSort={(next) => setState({ sort: sortText(next) })}
          selection={{ selected, onChange: setSelected }}
          loading={query.isPending || query.isFetchingNextPage}
          {...(total === undefined ? {} : { total })}
          onEndReached={() => {
            if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
          }}
          empty={
            filtered ? (
              <EmptyState
                icon={IconPlayerPlay}
                title="No execution matches"
                text="Take away a filter, or look at a longer time."
                action={<KitLink href="/executions">Show all executions</KitLink>}
              />
            ) : (
              <EmptyState
                icon={IconPlayerPlay}
                title="Nothing has run yet"
                text="Open a task and run it: each run is listed here with its input, output and log."
                action={<KitLink href="/tasks">Go to the tasks</KitLink>}
              />
            )
          }
        />
      )}
    </Stack>
  );
}
