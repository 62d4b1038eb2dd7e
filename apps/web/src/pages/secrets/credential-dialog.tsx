import {
  Button,
  Group,
  Modal,
  NativeSelect,
  PasswordInput,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { FormErrors } from '../administration/form-errors.tsx';
import { useDraft } from '../administration/use-draft.ts';
import { type Credential, type CredentialField, type CredentialMember, credentialTypes } from './credential-types.ts';

interface Props {
  /** One: its secret is replaced. */
  readonly edited: Credential | 'new' | null;
  readonly onClose: () => void;
}

export function CredentialDialog({ edited, onClose }: Props) {
  return (
    <Modal
      opened={edited !== null}
      onClose={onClose}
      title={edited === 'new' ? 'New credential' : `Replace the secret of ${edited?.name ?? ''}`}
      size="lg"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {edited !== null && (
        <Form
          key={edited === 'new' ? 'new' : edited.id}
          replaced={edited === 'new' ? null : edited}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}

type Values = { readonly name: string; readonly type: Credential['type'] } & {
  readonly [K in CredentialMember]: string;
};
const empty: Values = {
  name: '',
  type: 'token',
  token: '',
  tokenEnv: '',
  username: '',
  password: '',
  headerName: '',
  privateKey: '',
  knownHosts: '',
  appId: '',
  installationId: '',
};

function Form({ replaced, onClose }: { replaced: Credential | null; onClose: () => void }) {
  const draft = useDraft<Values>({ ...empty, name: replaced?.name ?? '', type: replaced?.type ?? 'token' }, 1);
  const [fromEnvironment, setFromEnvironment] = useState(false);
  const { values, set, errors } = draft;
  const { fields, text } = credentialTypes[values.type];
  const mayEnvironment = fields.some(({ orEnvironment }) => orEnvironment);
  const shown: readonly CredentialField[] = fields.map((field) =>
    field.orEnvironment && fromEnvironment
      ? {
          name: 'tokenEnv',
          label: 'Environment variable',
          text: 'Of the server. Its name begins with RATCHET_, unless the configuration allows others',
        }
      : field,
  );
  const save = useAction({
    act: () => {
      const secret = Object.fromEntries(
        shown.filter(({ name }) => values[name] !== '').map(({ name }) => [name, values[name]]),
      );
      return replaced
        ? client.credentials.rotate({ id: replaced.id, ...secret })
        : client.credentials.create({ name: values.name, type: values.type, ...secret });
    },
    changes: ['credentials'],
    done: ({ name }) =>
      replaced ? `${name} signs in with the new secret from now on` : `The credential ${name} is kept`,
    onDone: onClose,
    onFailed: (error) => draft.refuse(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong = Object.fromEntries(
      shown
        .filter(({ name, optional }) => !optional && values[name].trim() === '')
        .map(({ name, label }) => [name, `${label} is needed`]),
    );
    if (draft.check({ ...wrong, name: values.name.trim() === '' ? 'A credential needs a name' : undefined }))
      save.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <FormErrors errors={draft.otherErrors} />
        {replaced ? (
          <Text size="sm">
            {credentialTypes[replaced.type].label}. What is typed here takes the place of the whole secret; every
            repository that uses it signs in with it from then on.
          </Text>
        ) : (
          <>
            <TextInput
              label="Name"
              name="name"
              value={values.name}
              maxLength={200}
              onChange={(event) => set({ name: event.currentTarget.value })}
              error={errors.name}
              autoComplete="off"
              required
              data-autofocus
            />
            <NativeSelect
              label="How it signs in"
              description={text}
              data={Object.entries(credentialTypes).map(([value, { label }]) => ({ value, label }))}
              value={values.type}
              onChange={(event) => set({ type: event.currentTarget.value as Values['type'] })}
            />
          </>
        )}
        {mayEnvironment && (
          <Switch
            label="Read it from the server’s environment"
            description="Then nothing is kept here but the name of a variable"
            checked={fromEnvironment}
            onChange={(event) => setFromEnvironment(event.currentTarget.checked)}
          />
        )}
        {shown.map((field) => (
          <Field
            key={field.name}
            field={field}
            value={values[field.name]}
            onChange={(value) => set({ [field.name]: value })}
            error={errors[field.name]}
          />
        ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {replaced ? 'Replace the secret' : 'Keep the credential'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface FieldProps {
  readonly field: CredentialField;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error: string | undefined;
}

function Field({ field: { name, label, text, secret, long, optional }, value, onChange, error }: FieldProps) {
  const common = {
    name,
    label,
    description: text,
    value,
    error,
    required: optional !== true,
    autoComplete: secret ? 'new-password' : 'off',
    spellCheck: false,
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  if (long)
    return (
      <Textarea
        {...common}
        autosize
        minRows={4}
        maxRows={10}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
    );
  if (!secret) return <TextInput {...common} />;
  return (
    <PasswordInput
      {...common}
      visibilityToggleButtonProps={{
        'aria-label': `Show what is typed for ${label}`,
        tabIndex: 0,
        'aria-hidden': false,
      }}
    />
  );
}
