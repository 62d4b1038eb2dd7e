import { Button, Group, Text } from '@mantine/core';
import type { Spec } from '@ratchet/contract/entities/spec';
import { IconArchive, IconShieldCheck, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { showError, useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { PageHead } from '../../app/page-head.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { TextLink } from '../../kit/state/text-link.tsx';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { showUndo } from '../../parts/undo-note.tsx';
import { SyncAll } from '../specs/sync-all.tsx';
import { TaskProgress } from '../specs/task-progress.tsx';
import { ArchiveDialog } from './archive-dialog.tsx';
import { useWritable } from './use-writable.ts';

interface Props {
  readonly spec: Spec;
  readonly onProblems: () => void;
}

/** What the change is called, how it stands, and what is done with it as a whole. */
export function SpecHeader({ spec, onProblems }: Props) {
  const { specId, documentId, title, projectId, projectName, archived, syncStatus, syncError, lastSyncedAt } = spec;
  const may = useMay();
  const navigate = useNavigate();
  const { reason, note } = useWritable(spec);
  const { confirm, dialog } = useConfirm();
  const [archiving, setArchiving] = useState(false);
  const remove = useAction({
    act: () => client.specs.delete({ id: documentId, expectedRevision: spec.revision }),
    changes: ['specs', 'projects'],
    onDone: () => {
      showUndo(`${specId} is deleted, with its folder`, () => {
        client.specs
          .rollback({ id: documentId, revision: spec.revision })
          .then(() => navigate({ to: `/specs/${documentId}` }), showError);
      });
      void navigate({ to: '/specs' });
    },
  });
  const ask = async () => {
    const yes = await confirm({
      title: `Delete the change ${specId}?`,
      text: 'Its folder is deleted on the server too. The history here keeps it, and it can be brought back from there.',
      confirmLabel: 'Delete the change',
      danger: true,
    });
    if (yes) remove.mutate();
  };
  return (
    <>
      {dialog}
      <PageHead
        title={title}
        back={{ to: '/specs', label: 'Specs' }}
        mark={<StatusBadge status={archived ? 'archived' : syncStatus} {...(syncError ? { title: syncError } : {})} />}
        text={
          <Group gap="sm">
            <Text span size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
              {specId}
            </Text>
            <span>
              Project <TextLink href={`/specs?project=${projectId}`}>{projectName}</TextLink>, synced{' '}
              <RelativeTime time={lastSyncedAt} />
            </span>
            <TaskProgress of={spec} />
          </Group>
        }
        actions={
          <>
            {may('sync') && <SyncAll scope={{ specId: documentId }} />}
            <Button variant="default" leftSection={<IconShieldCheck size={16} aria-hidden />} onClick={onProblems}>
              Validate
            </Button>
            {reason === null && (
              <Button
                variant="default"
                leftSection={<IconArchive size={16} aria-hidden />}
                onClick={() => setArchiving(true)}
              >
                Archive
              </Button>
            )}
            {reason === null && may('delete') && (
              <Button
                variant="default"
                leftSection={<IconTrash size={16} aria-hidden />}
                loading={remove.isPending}
                onClick={() => void ask()}
              >
                Delete
              </Button>
            )}
          </>
        }
      />
      {syncError && (
        <Text size="sm" role="status" style={{ overflowWrap: 'anywhere' }}>
          The last sync failed: {syncError}
        </Text>
      )}
      {(reason ?? note) !== null && <Text size="sm">{reason ?? note}</Text>}
      <ArchiveDialog spec={spec} opened={archiving} onClose={() => setArchiving(false)} />
    </>
  );
}
