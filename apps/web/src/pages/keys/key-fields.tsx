import {
  Checkbox,
  MultiSelect,
  NativeSelect,
  NumberInput,
  SimpleGrid,
  Stack,
  TagsInput,
  TextInput,
} from '@mantine/core';
import { type Role, roles } from '@ratchet/contract/access';
import { permissions } from '@ratchet/contract/operation';
import { table } from '@ratchet/contract/operations/table';
import { PatternHelp } from '../administration/pattern-help.tsx';
import { permissionWords, roleWords } from '../administration/permission-words.ts';
import { useRepositories } from '../administration/repository-choices.ts';
import type { Draft } from '../administration/use-draft.ts';
import { ExpiryField } from './expiry-field.tsx';
import type { KeyValues } from './key-values.ts';
import { LimitField } from './limit-field.tsx';

/** Every operation by the name that limits it on all surfaces. */
const tools = Object.values(table)
  .flatMap((operations) => Object.values(operations))
  .map(({ mcp }) => mcp)
  .sort();

export function KeyFields({ draft }: { draft: Draft<KeyValues> }) {
  const { values, set, errors } = draft;
  const { choices } = useRepositories();
  return (
    <Stack>
      <TextInput
        label="Name"
        name="name"
        description="What it is for, so that it can be told from others"
        value={values.name}
        maxLength={200}
        onChange={(event) => set({ name: event.currentTarget.value })}
        error={errors.name}
        autoComplete="off"
        required
        data-autofocus
      />
      <ExpiryField value={values.expiresAt} onChange={(expiresAt) => set({ expiresAt })} error={errors.expiresAt} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NativeSelect
          label="Role at most"
          data={[
            { value: '', label: 'That of its owner' },
            ...roles.map((role) => ({ value: role, label: roleWords[role].label })),
          ]}
          value={values.role ?? ''}
          onChange={(event) => set({ role: (event.currentTarget.value || null) as Role | null })}
        />
        <NumberInput
          label="Calls at the same time"
          placeholder="Any number"
          min={1}
          max={10_000}
          allowDecimal={false}
          value={values.maxConcurrency ?? ''}
          onChange={(count) => set({ maxConcurrency: typeof count === 'number' ? count : null })}
          error={errors.maxConcurrency}
        />
      </SimpleGrid>
      <LimitField
        label="Only some permissions"
        description="Otherwise all that its owner has"
        value={values.scopes}
        onChange={(scopes) => set({ scopes })}
      >
        {(scopes) => (
          <Checkbox.Group
            aria-label="Permissions"
            value={[...scopes]}
            onChange={(chosen) => set({ scopes: chosen as KeyValues['scopes'] })}
            error={errors.scopes}
          >
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs">
              {permissions.map((permission) => (
                <Checkbox
                  key={permission}
                  value={permission}
                  label={permission}
                  description={permissionWords[permission]}
                />
              ))}
            </SimpleGrid>
          </Checkbox.Group>
        )}
      </LimitField>
      <LimitField
        label="Only some repositories"
        description="Otherwise all that its owner sees"
        value={values.repositoryIds}
        onChange={(repositoryIds) => set({ repositoryIds })}
      >
        {(ids) => (
          <MultiSelect
            label="Repositories"
            data={choices}
            value={[...ids]}
            onChange={(repositoryIds) => set({ repositoryIds })}
            error={errors.repositoryIds}
            searchable
          />
        )}
      </LimitField>
      <LimitField
        label="Only some tasks"
        description="Otherwise all that its owner sees"
        value={values.taskPatterns}
        onChange={(taskPatterns) => set({ taskPatterns })}
      >
        {(patterns) => (
          <Stack gap={4}>
            <TagsInput
              label="Names of tasks"
              description="* stands for any text and ? for one character; end each with Enter"
              value={[...patterns]}
              onChange={(taskPatterns) => set({ taskPatterns })}
              error={errors.taskPatterns}
              acceptValueOnBlur
            />
            {patterns.length > 0 && <PatternHelp patterns={patterns} repositoryIds={values.repositoryIds} />}
          </Stack>
        )}
      </LimitField>
      <LimitField
        label="Only some operations"
        description="On every surface, named as the tools of MCP"
        value={values.tools}
        onChange={(next) => set({ tools: next })}
      >
        {(names) => (
          <TagsInput
            label="Operations"
            description="Names, or patterns such as ratchet_list_*; end each with Enter"
            data={tools}
            limit={30}
            value={[...names]}
            onChange={(next) => set({ tools: next })}
            error={errors.tools}
            acceptValueOnBlur
          />
        )}
      </LimitField>
    </Stack>
  );
}
