import { Button, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconStack2 } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useMay } from '../../api/use-identity.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { KitLink } from '../../kit/state/kit-link.tsx';
import { TextLink } from '../../kit/state/text-link.tsx';
import { countText } from '../../kit/state/times.ts';
import { DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { sortClauses, sortOf, sortText } from '../../kit/table/sort-text.ts';
import { PageTabs } from '../../parts/page-tabs.tsx';
import { TaskPicker } from '../../parts/task-picker.tsx';
import { useLiveRows } from '../runs/use-live-rows.ts';
import { BatchesTable } from './batches-table.tsx';
import { ClearJobs } from './clear-jobs.tsx';
import { CreateJob } from './create-job.tsx';
import { JobBulk } from './job-bulk.tsx';
import { jobColumns, jobHref, jobKey, jobLabel } from './job-columns.tsx';
import { JobFigures } from './job-figures.tsx';
import { jobClauses, jobDefaults, jobFilters, stillListed } from './job-filters.ts';
import { PauseButton, QueuePanel } from './queue-panel.tsx';

const pageSize = 200;

export function JobsPage() {
  const [state, setState] = useUrlState(jobDefaults);
  const { tab, q, status, priority, task, when, batch, schedule, sort } = state;
  const may = useMay();
  const [creating, create] = useDisclosure(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const input = useMemo(
    () => ({
      limit: pageSize,
      page: 1,
      filters: jobClauses({ status, priority, task, when, batch, schedule }),
      sort: sortClauses(sort),
      ...(q ? { q } : {}),
    }),
    [q, status, priority, task, when, batch, schedule, sort],
  );
  const { query, rows, total, apply } = useLiveRows('jobs', input, {
    newestFirst: sort === '-createdAt',
    belongs: (row) => stillListed(state, row),
  });
  const filtered = q + status + priority + task + when + batch + schedule !== '';
  const queueButton = may('run') && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={create.open}>
      Queue a job
    </Button>
  );
  const jobTable = (
    <Stack>
      <FilterBar
        search={{ label: 'Search by task name', placeholder: 'Part of a name' }}
        filters={jobFilters}
        values={{ q, status, priority, when }}
        onChange={({ q, status, priority, when }) => setState({ q, status, priority, when })}
      >
        <TaskPicker value={task || null} onChange={(id) => setState({ task: id ?? '' })} clearable filter />
      </FilterBar>
      {(batch || schedule) && (
        <Text size="sm">
          Only those of one {batch ? 'batch' : 'schedule'}. <TextLink href="/jobs">Show all jobs</TextLink>
        </Text>
      )}
      <JobBulk rows={rows} selected={selected} onSelected={setSelected} onDone={apply} />
      {query.error && rows.length === 0 ? (
        <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="Jobs"
          rows={rows}
          columns={jobColumns}
          rowKey={jobKey}
          rowHref={jobHref}
          rowLabel={jobLabel}
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
                icon={IconStack2}
                title="No job matches"
                text="Take away a filter, or look at a longer time."
                action={<KitLink href="/jobs">Show all jobs</KitLink>}
              />
            ) : (
              <EmptyState
                icon={IconStack2}
                title="No job yet"
                text="A job runs a task as soon as a worker is free, again where it fails, and at the time that you say."
                action={queueButton}
              />
            )
          }
        />
      )}
    </Stack>
  );
  return (
    <Stack>
      <PageHead
        title="Jobs"
        text={total === undefined ? 'What waits to run' : `${countText(total)} ${filtered ? 'match' : 'in all'}`}
        actions={
          <>
            {may('administer') && <PauseButton />}
            {may('administer') && <ClearJobs onCleared={() => void query.refetch()} />}
            {queueButton}
          </>
        }
      />
      <QueuePanel />
      <JobFigures />
      <PageTabs
        label="Jobs and batches"
        value={tab}
        onChange={(next) => setState({ tab: next, sort: undefined })}
        tabs={[
          { value: 'jobs', label: 'Jobs', content: jobTable },
          {
            value: 'batches',
            label: 'Batches',
            content: <BatchesTable sort={sort} onSort={(next) => setState({ sort: next })} />,
          },
        ]}
      />
      <CreateJob opened={creating} onClose={create.close} />
    </Stack>
  );
}
