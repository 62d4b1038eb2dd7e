import { NumberInput, Select, Stack, TagsInput } from '@mantine/core';
import type { Draft } from './draft.ts';
import type { FieldProps } from './field-props.ts';

const conflictPolicies: readonly { value: Draft['conflictPolicy']; label: string }[] = [
  { value: 'manual', label: 'A person decides' },
  { value: 'merge', label: 'Merge; where both changed the same, what is here' },
  { value: 'take_local', label: 'What is here wins' },
  { value: 'take_remote', label: 'What is upstream wins' },
];

/** When a repository is looked at, what in it counts, and who decides conflicts. */
export function SyncFields({ draft, errors, onChange }: FieldProps) {
  const number = (key: 'syncIntervalMinutes' | 'priority') => (value: string | number) =>
    onChange({ [key]: typeof value === 'number' ? value : Number.NaN });
  return (
    <Stack gap="sm">
      <NumberInput
        label="Minutes between syncs"
        description="0: never by itself. Webhooks, watched folders and people start one besides. Usually 5"
        value={shown(draft.syncIntervalMinutes)}
        onChange={number('syncIntervalMinutes')}
        error={errors.syncIntervalMinutes}
        min={0}
        max={525_600}
        clampBehavior="none"
      />
      <Select
        label="Conflicts"
        description="When both sides changed the same task. What loses stays in history"
        data={conflictPolicies}
        value={draft.conflictPolicy}
        onChange={(value) => value !== null && onChange({ conflictPolicy: value as Draft['conflictPolicy'] })}
        allowDeselect={false}
      />
      <NumberInput
        label="Priority"
        description="Where two repositories hold the same version of a task, the higher one wins. Usually 0"
        value={shown(draft.priority)}
        onChange={number('priority')}
        error={errors.priority}
        min={-1000}
        max={1000}
        allowDecimal={false}
        clampBehavior="none"
      />
      <TagsInput
        label="Watch patterns"
        description="A task is synced when one of its files matches, such as reports/**. Enter adds one. None: every task"
        placeholder={draft.watchPatterns.length === 0 ? 'reports/**' : undefined}
        value={[...draft.watchPatterns]}
        onChange={(watchPatterns) => onChange({ watchPatterns })}
        error={errors.watchPatterns}
        splitChars={[]}
        maxTags={100}
      />
      <TagsInput
        label="Ignore patterns"
        description="Paths that are left alone on both sides, such as drafts/**. node_modules and .git are always"
        placeholder={draft.ignorePatterns.length === 0 ? 'drafts/**' : undefined}
        value={[...draft.ignorePatterns]}
        onChange={(ignorePatterns) => onChange({ ignorePatterns })}
        error={errors.ignorePatterns}
        splitChars={[]}
        maxTags={100}
      />
    </Stack>
  );
}

const shown = (value: number): number | '' => (Number.isNaN(value) ? '' : value);
