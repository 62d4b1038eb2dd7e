import { NumberInput, Select, Stack, Switch, Textarea } from '@mantine/core';
import type { Draft } from './draft.ts';
import type { FieldProps } from './field-props.ts';

const strategies: readonly { value: Draft['branchStrategy']; label: string }[] = [
  { value: 'direct', label: 'Straight to the branch' },
  { value: 'feature_branch', label: 'To a branch of its own, with a pull request' },
];
const refusals: readonly { value: Draft['conflictStrategy']; label: string }[] = [
  { value: 'merge', label: 'Merge what came in, then push' },
  { value: 'fail', label: 'Refuse what the repository changed too' },
  { value: 'create_pr', label: 'What a protected branch refuses goes to a pull request' },
];
const placeholders = '{{task_list}}, {{task_count}} and {{task_name}} are filled in';

/** How changes go back to a repository. */
export function PushFields({ type, draft, errors, onChange }: FieldProps) {
  const git = type === 'git';
  const off = !draft.isWritable;
  return (
    <Stack gap="sm">
      <Switch
        label="Takes changes from here"
        description="Off, nothing is ever written to it, and its tasks can still be edited here"
        checked={draft.isWritable}
        onChange={(event) => onChange({ isWritable: event.currentTarget.checked })}
      />
      <Switch
        label="Push every edit by itself"
        description="Off, edits wait until someone pushes them"
        checked={draft.pushOnChange}
        onChange={(event) => onChange({ pushOnChange: event.currentTarget.checked })}
        disabled={off}
      />
      <Switch
        label="A push waits for approval"
        description="Someone who manages the repository approves or rejects it. Only the revisions asked for go out"
        checked={draft.requireApproval}
        onChange={(event) => onChange({ requireApproval: event.currentTarget.checked })}
        disabled={off}
      />
      {git && (
        <>
          <Select
            label="Where a push goes"
            description="Pull requests are made on GitHub, GitLab, Gitea and Forgejo"
            data={strategies}
            value={draft.branchStrategy}
            onChange={(value) => value !== null && onChange({ branchStrategy: value as Draft['branchStrategy'] })}
            allowDeselect={false}
            disabled={off}
          />
          <Select
            label="When the branch does not take a push"
            data={refusals}
            value={draft.conflictStrategy}
            onChange={(value) => value !== null && onChange({ conflictStrategy: value as Draft['conflictStrategy'] })}
            allowDeselect={false}
            disabled={off}
          />
          <Switch
            label="Many tasks in one commit"
            description="Off, every task has a commit of its own"
            checked={draft.batchChanges}
            onChange={(event) => onChange({ batchChanges: event.currentTarget.checked })}
            disabled={off}
          />
          <NumberInput
            label="Tasks in one commit, at most"
            value={Number.isNaN(draft.maxBatchSize) ? '' : draft.maxBatchSize}
            onChange={(value) => onChange({ maxBatchSize: typeof value === 'number' ? value : Number.NaN })}
            error={errors.maxBatchSize}
            min={1}
            max={10_000}
            allowDecimal={false}
            clampBehavior="none"
            disabled={off || !draft.batchChanges}
          />
          <Textarea
            label="Commit message"
            description={`Where nobody writes one. ${placeholders}. Left empty, the tasks’ names and what was said of the changes`}
            value={draft.commitTemplate}
            onChange={(event) => onChange({ commitTemplate: event.currentTarget.value })}
            error={errors.commitTemplate}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={4000}
            disabled={off}
          />
          <Textarea
            label="Text of a pull request"
            description={`${placeholders}, and {{branch}} and {{base}}`}
            value={draft.prTemplate}
            onChange={(event) => onChange({ prTemplate: event.currentTarget.value })}
            error={errors.prTemplate}
            autosize
            minRows={2}
            maxRows={10}
            maxLength={20_000}
            disabled={off}
          />
        </>
      )}
    </Stack>
  );
}
