import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ApiKey } from '@ratchet/contract/entities/api-key';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { SecretOnce } from '../administration/secret-once.tsx';
import { isExpired, valuesOf } from './key-values.ts';

/**
 * Puts a new key with the same limits in the place of one. The old one works until the person takes it back, so that programs
 * can be given the new one without a gap.
 */
export function ReplaceKey({ replaced, onClose }: { replaced: ApiKey | null; onClose: () => void }) {
  return (
    <Modal
      opened={replaced !== null}
      onClose={onClose}
      title={`Replace the key ${replaced?.name ?? ''}`}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
      size="lg"
    >
      {replaced && <Steps key={replaced.id} old={replaced} onClose={onClose} />}
    </Modal>
  );
}

function Steps({ old, onClose }: { old: ApiKey; onClose: () => void }) {
  const [made, setMade] = useState<string | null>(null);
  const create = useAction({
    act: () =>
      client.apiKeys.create({ ...valuesOf(old), userId: old.userId, expiresAt: isExpired(old) ? null : old.expiresAt }),
    changes: ['apiKeys'],
    onDone: ({ key }) => setMade(key),
  });
  const revoke = useAction({
    act: () => client.apiKeys.delete({ id: old.id }),
    changes: ['apiKeys'],
    done: () => `The old key ${old.prefix}… is taken back`,
  });
  if (made === null)
    return (
      <Stack>
        <Text size="sm">
          A new key with the same owner and limits is made and shown once. The present one ({old.prefix}…) goes on until
          you take it back, so that programs can be given the new one without a gap.
          {isExpired(old) && ' The present one has expired; the new one is good as long as it is there.'}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={create.isPending} onClick={() => create.mutate()} data-autofocus>
            Make the new key
          </Button>
        </Group>
      </Stack>
    );
  return (
    <SecretOnce
      what="key"
      value={made}
      text="It is shown here and nowhere else. Give it to the program, then take the old one back."
      onClose={onClose}
    >
      <Group>
        <Button
          variant="default"
          loading={revoke.isPending}
          disabled={revoke.isSuccess}
          onClick={() => revoke.mutate()}
        >
          {revoke.isSuccess ? 'The old key is taken back' : `Take back the old key ${old.prefix}…`}
        </Button>
      </Group>
    </SecretOnce>
  );
}
