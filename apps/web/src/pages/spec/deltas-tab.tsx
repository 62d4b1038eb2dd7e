import { Stack, Text } from '@mantine/core';
import type { Spec } from '@ratchet/contract/entities/spec';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { type Column, DataTable } from '../../kit/table/data-table.tsx';

type Delta = Spec['deltas'][number];
const looks = { added: 'added', modified: 'modified', removed: 'removed', renamed: 'moved' } as const;

const columns: readonly Column<Delta>[] = [
  {
    key: 'requirement',
    header: 'Requirement',
    render: ({ requirement, from }) => (
      <span style={{ overflowWrap: 'anywhere' }}>
        {requirement}
        {from !== null && (
          <Text span size="xs" c="dimmed">
            {' '}
            before: {from}
          </Text>
        )}
      </span>
    ),
  },
  {
    key: 'operation',
    header: 'What happens to it',
    render: ({ operation }) => (
      <StatusBadge status={looks[operation]} {...(operation === 'renamed' ? { text: 'Renamed' } : {})} />
    ),
  },
  { key: 'capability', header: 'Capability', render: ({ capability }) => capability },
  { key: 'scenarios', header: 'Scenarios', align: 'end', render: ({ scenarios }) => scenarios },
  {
    key: 'place',
    header: 'Place',
    hideBelow: 'sm',
    render: ({ capability, line }) => `specs/${capability}/spec.md:${line}`,
  },
];

/** What the change does to the project's specs, requirement by requirement. */
export function DeltasTab({ spec: { deltas, files } }: { readonly spec: Spec }) {
  const others = files.filter(({ path }) => path.startsWith('specs/')).length;
  return (
    <Stack>
      <DataTable
        label="What it does to requirements"
        rows={deltas}
        columns={columns}
        rowKey={({ capability, operation, requirement, line }) => `${capability} ${operation} ${requirement} ${line}`}
        rowLabel={({ requirement }) => requirement}
        total={deltas.length}
        empty={
          <EmptyState
            title="It changes no requirement"
            text={
              others > 0
                ? 'Its files below specs/ name no requirement under ADDED, MODIFIED, REMOVED or RENAMED.'
                : 'Requirements that it adds, changes or removes stand in specs/<capability>/spec.md of its folder.'
            }
          />
        }
      />
    </Stack>
  );
}
