import { Button, Group, Tooltip } from '@mantine/core';
import type { Repository } from '@ratchet/contract/entities/repository';
import { IconPlayerPause, IconPlayerPlay, IconRefresh, IconStar } from '@tabler/icons-react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';

interface RepositoryActionsProps {
  readonly repository: Repository;
  readonly onSync: () => void;
  readonly syncing: boolean;
}

/** Sync now, pause and resume, make it the default. */
export function RepositoryActions({ repository, onSync, syncing }: RepositoryActionsProps) {
  const may = useMay();
  const { id, name, syncEnabled, isDefault, isWritable } = repository;
  const toggle = useAction({
    act: () => (syncEnabled ? client.repositories.pause({ id }) : client.repositories.resume({ id })),
    changes: ['repositories'],
    done: (now) => (now.syncEnabled ? `${name} syncs by itself again` : `${name} is paused`),
  });
  const makeDefault = useAction({
    act: () => client.repositories.setDefault({ id }),
    changes: ['repositories'],
    done: () => `New tasks go to ${name}`,
  });
  return (
    <Group gap="xs">
      {may('manage_repository') && (
        <>
          {!isDefault && (
            <Tooltip
              label={isWritable ? 'New tasks go to it' : 'It is read-only: new tasks could not go there'}
              withinPortal
            >
              <Button
                variant="default"
                leftSection={<IconStar size={18} aria-hidden />}
                onClick={() => isWritable && makeDefault.mutate()}
                loading={makeDefault.isPending}
                data-disabled={!isWritable || undefined}
                aria-disabled={!isWritable}
              >
                Make default
              </Button>
            </Tooltip>
          )}
          <Button
            variant="default"
            leftSection={
              syncEnabled ? <IconPlayerPause size={18} aria-hidden /> : <IconPlayerPlay size={18} aria-hidden />
            }
            onClick={() => toggle.mutate()}
            loading={toggle.isPending}
          >
            {syncEnabled ? 'Pause' : 'Resume'}
          </Button>
        </>
      )}
      {may('sync') && (
        <Button leftSection={<IconRefresh size={18} aria-hidden />} onClick={onSync} loading={syncing}>
          Sync now
        </Button>
      )}
    </Group>
  );
}
