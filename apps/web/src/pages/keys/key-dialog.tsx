import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import type { ApiKey } from '@ratchet/contract/entities/api-key';
import type { User } from '@ratchet/contract/entities/user';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { client } from '../../api/client.ts';
import { read } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useIdentity, useMay } from '../../api/use-identity.ts';
import { ChangedMeanwhile } from '../administration/changed-meanwhile.tsx';
import { FormErrors } from '../administration/form-errors.tsx';
import { SecretOnce } from '../administration/secret-once.tsx';
import { useDraft } from '../administration/use-draft.ts';
import { KeyFields } from './key-fields.tsx';
import { emptyLimits, fieldNames, type KeyValues, newKey, valuesOf } from './key-values.ts';

interface Props {
  /** `new` makes one. */
  readonly edited: ApiKey | 'new' | null;
  /** Whose key is made; else it can be chosen. */
  readonly owner?: User | undefined;
  readonly onClose: () => void;
}

export function KeyDialog({ edited, owner, onClose }: Props) {
  return (
    <Modal
      opened={edited !== null}
      onClose={onClose}
      title={edited === 'new' ? 'New API key' : `Change the key ${edited?.name ?? ''}`}
      size="xl"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {edited === 'new' && <NewKey owner={owner} onClose={onClose} />}
      {edited !== null && edited !== 'new' && <EditKey key={edited.id} listed={edited} onClose={onClose} />}
    </Modal>
  );
}

function NewKey({ owner, onClose }: { owner: User | undefined; onClose: () => void }) {
  const identity = useIdentity();
  const may = useMay();
  const manages = may('manage_users');
  const draft = useDraft<KeyValues>(newKey, 1);
  const [ownerId, setOwner] = useState<string | null>(owner?.id ?? identity?.user?.id ?? null);
  const [ownerError, setOwnerError] = useState<string | undefined>();
  const [made, setMade] = useState<string | null>(null);
  const users = useQuery({ ...read('users', 'list', { limit: 1000 }), enabled: manages && owner === undefined });
  const create = useAction({
    act: () => client.apiKeys.create({ ...draft.values, ...(ownerId ? { userId: ownerId } : {}) }),
    changes: ['apiKeys'],
    onDone: ({ key }) => {
      draft.saved(newKey, 1);
      setMade(key);
    },
    onFailed: (error) => draft.refuse(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const fine = draft.check({
      name: draft.values.name.trim() === '' ? 'A key needs a name' : undefined,
      ...emptyLimits(draft.values),
    });
    if (ownerId === null) setOwnerError('Choose whose key it is');
    else if (fine) create.mutate();
  };
  if (made !== null)
    return (
      <SecretOnce
        what="key"
        value={made}
        text="It is shown here and nowhere else: the server keeps only its digest. A program sends it as Authorization: Bearer."
        onClose={onClose}
      />
    );
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <FormErrors errors={draft.otherErrors} title="The key was not made" />
        {manages && owner === undefined && (
          <Select
            label="Owner"
            description="The key never may more than its owner, and stops to work with their account"
            data={(users.data?.items ?? []).map(({ id, username, name }) => ({
              value: id,
              label: name === username ? username : `${name} (${username})`,
            }))}
            value={ownerId}
            onChange={(id) => {
              setOwner(id);
              setOwnerError(undefined);
            }}
            error={ownerError}
            searchable
            allowDeselect={false}
            required
          />
        )}
        {!manages && identity && !identity.user && <Text size="sm">Sign in to make a key.</Text>}
        <KeyFields draft={draft} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create the key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function EditKey({ listed, onClose }: { listed: ApiKey; onClose: () => void }) {
  const { data } = useQuery(read('apiKeys', 'get', { id: listed.id }));
  const stored = data && data.revision >= listed.revision ? data : listed;
  const draft = useDraft<KeyValues>(valuesOf(stored), stored.revision);
  const save = useAction({
    act: () => client.apiKeys.update({ id: listed.id, ...draft.changes, expectedRevision: draft.revision }),
    changes: ['apiKeys'],
    done: () => 'Saved; it counts at once',
    onDone: onClose,
    onFailed: (error) => draft.refuse(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const fine = draft.check({
      name: draft.values.name.trim() === '' ? 'A key needs a name' : undefined,
      ...emptyLimits(draft.values),
    });
    if (fine) save.mutate();
  };
  const undecided = Object.keys(draft.clashes).length > 0;
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <ChangedMeanwhile draft={draft} names={fieldNames} />
        <FormErrors errors={draft.otherErrors} />
        <KeyFields draft={draft} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!draft.dirty || undecided}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
