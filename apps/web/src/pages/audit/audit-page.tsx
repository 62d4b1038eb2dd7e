import { Group, Stack, Text, TextInput } from '@mantine/core';
import type { AuditEvent } from '@ratchet/contract/entities/audit';
import { IconShieldLock } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { readAll } from '../../api/queries.ts';
import { PageHead } from '../../app/page-head.tsx';
import { useUrlState } from '../../app/use-url-state.ts';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { type Column, DataTable } from '../../kit/table/data-table.tsx';
import { FilterBar } from '../../kit/table/filter-bar.tsx';
import { sortOf, sortText } from '../../kit/table/sort-text.ts';
import { OpenText } from '../administration/open-text.tsx';
import { actorKinds, auditFilters } from './audit-filters.ts';
import { auditDefaults, auditInput } from './audit-input.ts';
import { EventDrawer } from './event-drawer.tsx';
import { ExportAudit } from './export-audit.tsx';
import { TargetLink } from './target-link.tsx';
import { VerifyAudit } from './verify-audit.tsx';

const columns: readonly Column<AuditEvent>[] = [
  {
    key: 'at',
    header: 'When',
    sortField: 'sequence',
    render: ({ at }) => (
      <OpenText>
        <RelativeTime time={at} />
      </OpenText>
    ),
  },
  {
    key: 'who',
    header: 'Who',
    render: ({ actorKind, actorName }) =>
      actorKind === 'api_key' ? `${actorName} (${actorKinds[actorKind].toLowerCase()})` : actorName,
  },
  { key: 'operation', header: 'What', render: ({ operation }) => operation },
  {
    key: 'target',
    header: 'On what',
    hideBelow: 'sm',
    render: ({ targetKind, targetId }) => <TargetLink kind={targetKind} id={targetId} />,
  },
  {
    key: 'outcome',
    header: 'Result',
    render: ({ outcome, errorCode, repeats }) => (
      <Group gap={6}>
        <StatusBadge status={outcome} />
        {errorCode && <Text size="xs">{errorCode}</Text>}
        {repeats > 1 && <Text size="xs">{repeats} times</Text>}
      </Group>
    ),
  },
  { key: 'address', header: 'From', hideBelow: 'md', render: ({ address }) => address ?? '–' },
];

export function AuditPage() {
  const [state, setUrl] = useUrlState(auditDefaults);
  const list = useInfiniteQuery({
    ...readAll('audit', 'list', auditInput(state)),
    placeholderData: keepPreviousData,
  });
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const { sort, event, ...values } = state;
  const filtered = Object.values(values).some((value) => value !== '');
  return (
    <Stack>
      <PageHead
        title="Audit"
        text="Who changed what and who was refused, each event chained to the one before, so that a change to it shows."
        actions={<ExportAudit from={state.from} to={state.to} />}
      />
      <VerifyAudit />
      <FilterBar
        filters={auditFilters}
        values={values}
        onChange={(next) =>
          setUrl({
            who: next.who,
            kind: next.kind,
            operation: next.operation,
            outcome: next.outcome,
            target: next.target,
            surface: next.surface,
          })
        }
      >
        <TextInput
          type="datetime-local"
          label="Not before"
          value={state.from}
          onChange={(input) => setUrl({ from: input.currentTarget.value })}
        />
        <TextInput
          type="datetime-local"
          label="Before"
          value={state.to}
          onChange={(input) => setUrl({ to: input.currentTarget.value })}
        />
      </FilterBar>
      {list.error && !list.data ? (
        <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <DataTable
          label="Events of the audit"
          rows={rows}
          total={list.data?.pages[0]?.meta.total}
          columns={columns}
          rowKey={({ id }) => id}
          rowLabel={({ operation, actorName }) => `${operation} by ${actorName}`}
          onOpen={({ id }) => setUrl({ event: id }, { replace: false })}
          sort={sortOf(sort)}
          onSort={(next) => setUrl({ sort: sortText(next) })}
          loading={list.isPending || list.isFetchingNextPage}
          onEndReached={() => list.hasNextPage && void list.fetchNextPage()}
          empty={
            filtered ? (
              <EmptyState icon={IconShieldLock} title="No event fits" text="Change or clear the filters above." />
            ) : (
              <EmptyState
                icon={IconShieldLock}
                title="Nothing has happened yet"
                text="Every change and every refusal is noted here by itself."
              />
            )
          }
        />
      )}
      <EventDrawer
        id={event || null}
        listed={rows.find(({ id }) => id === event)}
        onClose={() => setUrl({ event: '' })}
        onFilter={(change) => setUrl({ ...change, event: '' })}
      />
    </Stack>
  );
}
