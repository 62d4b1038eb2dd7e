import { Loader, PasswordInput, Radio, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import type { RepositoryType } from '@ratchet/contract/entities/repository';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../../api/queries.ts';
import { useEverywhere, useMay } from '../../../api/use-identity.ts';
import {
  type SecretField,
  type SecretType,
  type SignIn,
  secretFields,
  secretTypes,
  signInErrors,
  typesFor,
} from './sign-in.ts';

interface SignInFieldsProps {
  readonly type: RepositoryType;
  readonly value: SignIn;
  readonly onChange: (value: SignIn) => void;
  /** Errors show from when the person wanted to go on. */
  readonly tried: boolean;
  /** What the server said, by field. */
  readonly refused?: Readonly<Record<string, string>>;
  /** It has a credential that can be kept as it is. */
  readonly canKeep?: boolean;
}

/** How a repository is signed in to: not at all, with a saved credential, or with a new one. */
export function SignInFields({ type, value, onChange, tried, refused = {}, canKeep = false }: SignInFieldsProps) {
  const may = useMay();
  const everywhere = useEverywhere();
  const mayList = everywhere && may('manage_repository');
  const saved = useQuery({ ...read('credentials', 'list', { limit: 1000 }), enabled: mayList, retry: false });
  const types = typesFor(type);
  const errors = { ...refused, ...(tried ? signInErrors(value) : {}) } as Record<string, string | undefined>;
  if (types.length === 0) return <Text>The server reads it as a file of its own. Nobody signs in.</Text>;
  // A saved credential is for who manages every repository; the list is refused to others.
  const mayUseSaved = saved.isSuccess;
  const options = (saved.data?.items ?? [])
    .filter((credential) => types.includes(credential.type) || credential.id === value.credentialId)
    .map(({ id, name, type: kind }) => ({ value: id, label: `${name} (${secretTypes[kind].label.toLowerCase()})` }));
  const set = (change: Partial<SignIn>) => onChange({ ...value, ...change });
  const fresh = value.mode === 'own' || value.mode === 'named';
  return (
    <Stack gap="md">
      <Radio.Group label="Signing in" value={value.mode} onChange={(mode) => set({ mode: mode as SignIn['mode'] })}>
        <Stack gap="xs" mt="xs">
          {canKeep && <Radio value="keep" label="As it is now" description="The secret is kept and never shown" />}
          <Radio value="none" label="Nobody signs in" description="It is open to everyone, or to this server" />
          {mayUseSaved && (
            <Radio
              value="saved"
              label="A saved credential"
              description={
                options.length === 0 ? 'There is none of a fitting kind yet' : 'One that was saved under a name'
              }
              disabled={options.length === 0}
            />
          )}
          <Radio
            value="own"
            label="A new credential for this repository"
            description="Kept encrypted, and forgotten with the repository"
          />
          {mayUseSaved && (
            <Radio
              value="named"
              label="A new credential, saved under a name"
              description="Kept encrypted; other repositories can use it too"
            />
          )}
        </Stack>
      </Radio.Group>
      {saved.isLoading && <Loader size="sm" aria-label="Loading saved credentials" />}
      {value.mode === 'saved' && (
        <Select
          label="Credential"
          data={options}
          value={value.credentialId}
          onChange={(credentialId) => set({ credentialId })}
          error={errors.credentialId}
          searchable
          required
          nothingFoundMessage="No credential of this name"
        />
      )}
      {value.mode === 'named' && (
        <TextInput
          label="Name of the credential"
          value={value.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={errors.name}
          required
          maxLength={200}
        />
      )}
      {fresh && (
        <>
          <Select
            label="Kind"
            data={types.map((kind) => ({ value: kind, label: secretTypes[kind].label }))}
            value={value.type}
            onChange={(kind) => kind !== null && set({ type: kind as SecretType })}
            allowDeselect={false}
          />
          {secretTypes[value.type].fields.map((field) => (
            <SecretInput
              key={field}
              field={field}
              value={value.secret[field] ?? ''}
              error={errors[field]}
              onChange={(text) => set({ secret: { ...value.secret, [field]: text } })}
            />
          ))}
        </>
      )}
    </Stack>
  );
}

interface SecretInputProps {
  readonly field: SecretField;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

function SecretInput({ field, value, error, onChange }: SecretInputProps) {
  const { label, description, kind, optional } = secretFields[field];
  const shared = { label, description, value, error, withAsterisk: !optional, autoComplete: 'off' } as const;
  if (kind === 'secret')
    return (
      <PasswordInput
        {...shared}
        autoComplete="new-password"
        onChange={(event) => onChange(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': `Show or hide: ${label}` }}
      />
    );
  if (kind === 'long')
    return (
      <Textarea
        {...shared}
        onChange={(event) => onChange(event.currentTarget.value)}
        autosize
        minRows={3}
        maxRows={8}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
    );
  return <TextInput {...shared} onChange={(event) => onChange(event.currentTarget.value)} spellCheck={false} />;
}
