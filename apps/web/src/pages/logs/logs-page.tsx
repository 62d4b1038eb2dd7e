import { Badge, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { IconFileText, IconRefresh } from '@tabler/icons-react';
import { useMemo } from 'react';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { TimeChart } from '../../kit/chart/time-chart.tsx';
import { stripAnsi } from '../../kit/log/log-lines.ts';
import { CopyButton } from '../../kit/state/copy-button.tsx';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { countText } from '../../kit/state/times.ts';
import type { Column } from '../../kit/table/columns.ts';
import { DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { readList } from '../../kit/table/filter-values.ts';
import { PageTabs } from '../../parts/page-tabs.tsx';
import { TaskPicker } from '../../parts/task-picker.tsx';
import { executionClauses, executionDefaults } from '../executions/execution-filters.ts';
import { timeRanges } from '../runs/time-range.ts';
import { type FoundLine, type Pattern, patternsOf, trendOf } from './log-pattern.ts';
import { useLogSearch } from './use-log-search.ts';

const defaults = { tab: 'lines', q: '', level: '', task: '', when: '24h', status: '' } as const;
const levels = [
  { value: 'error', label: 'Error' },
  { value: 'warn', label: 'Warn' },
  { value: 'info', label: 'Info' },
  { value: 'debug', label: 'Debug' },
];
const filters = [
  { key: 'level', label: 'Level', kind: 'multi' as const, options: levels },
  {
    key: 'when',
    label: 'Executions queued',
    kind: 'select' as const,
    options: timeRanges.map(({ value, label }) => ({ value, label })),
  },
  {
    key: 'status',
    label: 'Executions that are',
    kind: 'multi' as const,
    options: [
      { value: 'failed', label: 'Failed' },
      { value: 'timed_out', label: 'Timed out' },
      { value: 'completed', label: 'Completed' },
      { value: 'running', label: 'Running' },
      { value: 'cancelled', label: 'Cancelled' },
    ],
  },
];
const series = [
  { key: 'error', name: 'Error', color: 'light-dark(#c2255c, #faa2c1)' },
  { key: 'warn', name: 'Warn', color: 'light-dark(#b4530a, #ffb266)' },
  { key: 'info', name: 'Info', color: 'light-dark(#1c6fd1, #5aa9ff)' },
  { key: 'debug', name: 'Debug', color: 'light-dark(#495057, #ced4da)' },
];

const Level = ({ level }: { level: FoundLine['level'] }) => (
  <Badge variant="default" tt="none" fw={level === 'error' || level === 'warn' ? 700 : 400}>
    {levels.find(({ value }) => value === level)?.label}
  </Badge>
);
const text = ({ message, data }: FoundLine): string =>
  `${stripAnsi(message)}${data === undefined || data === null ? '' : ` ${JSON.stringify(data)}`}`;

const lineColumns: Column<FoundLine>[] = [
  {
    key: 'message',
    header: 'Message',
    render: (line) => (
      <Text size="sm" ff="monospace" lineClamp={3} span>
        {text(line)}
      </Text>
    ),
  },
  { key: 'level', header: 'Level', width: 100, render: ({ level }) => <Level level={level} /> },
  { key: 'task', header: 'Task', width: 180, render: ({ taskName }) => taskName },
  { key: 'time', header: 'Time', width: 140, render: ({ time }) => <RelativeTime time={time} /> },
];
const patternColumns: Column<Pattern>[] = [
  {
    key: 'pattern',
    header: 'Pattern',
    render: ({ pattern }) => (
      <Text size="sm" ff="monospace" lineClamp={3} span>
        {pattern}
      </Text>
    ),
  },
  { key: 'level', header: 'Level', width: 100, render: ({ level }) => <Level level={level} /> },
  { key: 'count', header: 'Lines', width: 90, align: 'end', render: ({ count }) => countText(count) },
  { key: 'tasks', header: 'Tasks', width: 200, hideBelow: 'sm', render: ({ tasks }) => tasks.join(', ') },
  { key: 'latest', header: 'Last', width: 140, render: ({ latest }) => <RelativeTime time={latest.time} /> },
];
const logHref = ({ executionId }: FoundLine): string => `/executions/${executionId}?tab=logs`;
const lineKey = ({ executionId, sequence }: FoundLine): string => `${executionId} ${sequence}`;
const patternKey = ({ level, pattern }: Pattern): string => `${level} ${pattern}`;
const patternHref = ({ latest }: Pattern): string => logHref(latest);

export function LogsPage() {
  const [{ tab, q, level, task, when, status }, setState] = useUrlState(defaults);
  const executions = useMemo(
    () => executionClauses({ ...executionDefaults, task, when, status }),
    [task, when, status],
  );
  const wanted = useMemo(() => readList(level), [level]);
  const { lines, searched, of, cut, busy, more, error, again, goOn } = useLogSearch({ q, levels: wanted, executions });
  const patterns = useMemo(() => (tab === 'patterns' ? patternsOf(lines) : []), [lines, tab]);
  const trend = useMemo(() => trendOf(lines), [lines]);
  const said =
    of === null
      ? 'Searching'
      : `${countText(lines.length)} lines in the logs of ${countText(searched)} of ${countText(of)} executions, the newest first`;
  const empty = busy ? null : (
    <EmptyState
      icon={IconFileText}
      title={of === 0 ? 'No execution in this time' : 'No line matches'}
      text={
        of === 0
          ? 'Look at a longer time, or run a task: what it writes with console.log is found here.'
          : more
            ? 'Search older executions too, or other words.'
            : 'Try other words, other levels or a longer time.'
      }
    />
  );
  const lineTable = (
    <DataTable
      label="Lines of logs"
      rows={lines}
      columns={lineColumns}
      rowKey={lineKey}
      rowHref={logHref}
      loading={busy}
      total={lines.length}
      empty={empty}
    />
  );
  const patternTable = (
    <>
      <Text size="sm" mb="xs">
        Lines that say the same apart from ids, times, addresses, quoted texts and numbers.
      </Text>
      <DataTable
        label="Patterns of log lines"
        rows={patterns}
        columns={patternColumns}
        rowKey={patternKey}
        rowHref={patternHref}
        loading={busy}
        total={patterns.length}
        empty={empty}
      />
    </>
  );
  return (
    <Stack>
      <PageHead
        title="Logs"
        text="What executions wrote"
        actions={
          <>
            <CopyButton
              variant="button"
              label="Copy the lines"
              value={() => lines.map((line) => `${line.time} ${line.level} ${line.taskName} ${text(line)}`).join('\n')}
            />
            <Button
              variant="default"
              leftSection={<IconRefresh size={16} aria-hidden />}
              loading={busy}
              onClick={again}
            >
              Search again
            </Button>
          </>
        }
      />
      <FilterBar
        search={{ label: 'Search in messages', placeholder: 'Part of a message' }}
        filters={filters}
        values={{ q, level, when, status }}
        onChange={({ q, level, when, status }) => setState({ q, level, when: when ?? 'all', status })}
      >
        <TaskPicker value={task || null} onChange={(id) => setState({ task: id ?? '' })} clearable filter />
      </FilterBar>
      <Group justify="space-between">
        <Text size="sm" role="status">
          {said}
          {cut > 0 && `; of ${cut} only the last 200 lines`}
        </Text>
        {more && (
          <Button size="xs" variant="default" loading={busy} onClick={goOn}>
            Search older executions
          </Button>
        )}
      </Group>
      {error && <ErrorPanel error={error} onRetry={again} />}
      {trend.length > 1 && (
        <Paper withBorder p="sm">
          <TimeChart label="Lines found, by time" kind="bar" stacked series={series} points={trend} height={160} />
        </Paper>
      )}
      <PageTabs
        label="Ways to look at the lines"
        value={tab}
        onChange={(next) => setState({ tab: next })}
        tabs={[
          { value: 'lines', label: 'Lines', content: lineTable },
          { value: 'patterns', label: 'Patterns', content: patternTable },
        ]}
      />
    </Stack>
  );
}
