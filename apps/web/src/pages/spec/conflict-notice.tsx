import { Button, Group, List, Stack, Text } from '@mantine/core';
import type { Spec } from '@ratchet/contract/entities/spec';
import { useQuery } from '@tanstack/react-query';
import { client } from '../../api/client.ts';
import { read } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { Notice } from '../../kit/state/notice.tsx';
import { RelativeTime } from '../../kit/state/relative-time.tsx';
import { TextLink } from '../../kit/state/text-link.tsx';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { fieldNames } from './field-names.ts';

type Side = 'filesystem_wins' | 'database_wins';

/** Where both sides changed the change: what differs, and the ways to decide it. */
export function ConflictNotice({ spec }: { readonly spec: Spec }) {
  const { documentId: id, conflictId, syncStatus, specId } = spec;
  const may = useMay();
  const { confirm, dialog } = useConfirm();
  const open = conflictId !== null || syncStatus === 'conflict';
  const { data } = useQuery({ ...read('specs', 'conflicts', { id }), enabled: open });
  const resolve = useAction<Side>({
    act: (resolution) => client.specs.resolve({ id, resolution }),
    changes: ['specs', 'projects', 'conflicts'],
    done: (_, side) => (side === 'filesystem_wins' ? 'The files hold' : 'What was here holds'),
  });
  if (!open) return null;
  const ask = async (side: Side) => {
    const files = side === 'filesystem_wins';
    const yes = await confirm({
      title: files ? `Let the files of ${specId} hold?` : `Let what is here of ${specId} hold?`,
      text: files
        ? 'What was edited here since both were last alike is taken back. It stays in the history.'
        : 'What was changed in the files since both were last alike is overwritten. It stays in the history.',
      confirmLabel: files ? 'Let the files hold' : 'Let what is here hold',
    });
    if (yes) resolve.mutate(side);
  };
  const fields = data?.differences.filter(({ conflicting }) => conflicting) ?? [];
  return (
    <Notice tone="bad" role="alert" title="Both sides changed it, and not alike">
      {dialog}
      <Stack gap="xs">
        {data && (
          <Text size="sm">
            Its files were changed <RelativeTime time={data.filesystemModifiedAt} />, what is here{' '}
            <RelativeTime time={data.dbModifiedAt} />. Nothing is written on either side until it is decided.
          </Text>
        )}
        {fields.length > 0 && (
          <List size="sm" aria-label="Parts that both changed">
            {fields.map(({ field }) => (
              <List.Item key={field}>{fieldNames[field]}</List.Item>
            ))}
          </List>
        )}
        <Group gap="xs">
          {conflictId !== null && <TextLink href={`/conflicts/${conflictId}`}>Decide it place by place</TextLink>}
          {may('edit') && (
            <>
              <Button
                size="xs"
                variant="default"
                loading={resolve.isPending}
                onClick={() => void ask('filesystem_wins')}
              >
                The files hold
              </Button>
              <Button size="xs" variant="default" loading={resolve.isPending} onClick={() => void ask('database_wins')}>
                What is here holds
              </Button>
            </>
          )}
        </Group>
      </Stack>
    </Notice>
  );
}
