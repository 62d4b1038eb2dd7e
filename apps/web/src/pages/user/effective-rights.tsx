import { List, Skeleton, Stack, Table, Text } from '@mantine/core';
import { type Place, placesOf } from '@ratchet/contract/access';
import type { User } from '@ratchet/contract/entities/user';
import { permissions } from '@ratchet/contract/operation';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';
import { Notice } from '../../kit/state/notice.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { listing, where } from '../administration/listing.ts';
import { permissionWords } from '../administration/permission-words.ts';
import { useRepositories } from '../administration/repository-choices.ts';
import { rightsOfUser } from './rights-of-user.ts';

/** What role, access and grants come to, permission by permission. */
export function EffectiveRights({ user }: { user: User }) {
  const { nameOf } = useRepositories();
  const grants = useQuery(read('grants', 'list', { limit: 1000, ...listing({}, [where('userId', user.id)]) }));
  if (grants.error) return <ErrorPanel error={grants.error} onRetry={() => void grants.refetch()} />;
  if (!grants.data) return <Skeleton h={320} />;
  const rights = rightsOfUser(user, grants.data.items);
  const placeWords = ({ repositoryId, taskPatterns }: Place) =>
    `${taskPatterns.length === 0 ? 'every task' : `tasks ${taskPatterns.join(' and ')}`} in ${nameOf(repositoryId)}`;
  return (
    <Stack>
      {!user.enabled && (
        <Notice tone="attention" title="The account is disabled">
          Nothing of the following counts until it is enabled.
        </Notice>
      )}
      <Table.ScrollContainer minWidth={340}>
        <Table aria-label={`What ${user.name} may do`} verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Permission</Table.Th>
              <Table.Th>Counts</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {permissions.map((permission) => {
              const places = placesOf(rights, permission);
              return (
                <Table.Tr key={permission}>
                  <Table.Td>
                    <Text size="sm" fw={600}>
                      {permission}
                    </Text>
                    <Text size="sm">{permissionWords[permission]}</Text>
                  </Table.Td>
                  <Table.Td>
                    {places === null ? (
                      <StatusBadge status="done" text="Everywhere" />
                    ) : places.length === 0 ? (
                      <StatusBadge status="disabled" text="Nowhere" />
                    ) : (
                      <List size="sm">
                        {[...new Set(places.map(placeWords))].map((words) => (
                          <List.Item key={words}>{words}</List.Item>
                        ))}
                      </List>
                    )}
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
