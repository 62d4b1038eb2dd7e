import { Badge, Button, Group, Menu, NativeSelect, Stack, Switch, Text, Title, Tooltip } from '@mantine/core';
import type { Task } from '@ratchet/contract/entities/task';
import {
  IconArrowUp,
  IconBug,
  IconChevronDown,
  IconDeviceFloppy,
  IconMessage,
  IconPlayerPlay,
  IconRotate,
} from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useMay } from '../../api/use-identity.ts';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import { useConfirm } from '../../kit/state/use-confirm.tsx';
import { draftKeys, dropped, isDirty, keyName } from './drafts/draft-state.ts';
import { SaveNote } from './drafts/save-note.tsx';
import { useTask } from './task-context.ts';

/** What the task is called, how it stands, and what is done with it most. */
export function TaskHeader() {
  const { task } = useTask();
  return (
    <Group justify="space-between" align="flex-start" gap="sm">
      <Stack gap={4} style={{ minWidth: 0 }}>
        <Group gap="sm" align="center">
          <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
            {task.label ?? task.name}
          </Title>
          <Version />
        </Group>
        {task.label !== null && task.label !== task.name && (
          <Text size="sm" c="dimmed" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
            {task.name}
          </Text>
        )}
        <Group gap="xs">
          <Standing />
        </Group>
      </Stack>
      <Acts />
    </Group>
  );
}

/** The version; where several stand side by side, a choice of them. */
function Version() {
  const { task } = useTask();
  const navigate = useNavigate();
  const open = useAction<string, { id: string }>({
    act: (version) => client.tasks.get({ id: task.uuid, version }),
    changes: [],
    onDone: ({ id }) => void navigate({ to: '/tasks/$taskId', params: { taskId: id } }),
  });
  if (task.availableVersions.length < 2) return <Badge variant="default" tt="none">{`v${task.version}`}</Badge>;
  return (
    <NativeSelect
      size="xs"
      aria-label="Version"
      value={task.version}
      data={task.availableVersions.map((version) => ({ value: version, label: `v${version}` }))}
      disabled={open.isPending}
      onChange={(event) => open.mutate(event.currentTarget.value)}
    />
  );
}

function Standing() {
  const { task, drafts, openTab } = useTask();
  const errors = task.problems.filter(({ severity }) => severity === 'error').length;
  const dirty = draftKeys(drafts);
  return (
    <>
      {task.repositoryInfo === null ? (
        <StatusBadge status="detached" text="In no repository" tone="neutral" />
      ) : (
        <StatusBadge status={task.syncStatus} />
      )}
      {!['not_required', 'completed'].includes(task.pushStatus) && task.pushStatus !== task.syncStatus && (
        <StatusBadge status={task.pushStatus} text={`Push: ${task.pushStatus.replaceAll('_', ' ')}`} />
      )}
      {!task.enabled && <StatusBadge status="disabled" text="Disabled" />}
      {errors > 0 && (
        <StatusBadge status="failed" text={errors === 1 ? '1 problem keeps it from running' : `${errors} problems`} />
      )}
      {!task.isEditable && <StatusBadge status="disabled" text="Read-only" tone="neutral" />}
      {dirty.length > 0 && (
        <StatusBadge
          status="modified"
          tone="warning"
          text={dirty.length === 1 ? '1 unsaved edit' : `${dirty.length} unsaved edits`}
          title={dirty.map(keyName).join(', ')}
        />
      )}
      {task.syncStatus === 'conflict' && (
        <Button size="compact-xs" variant="default" onClick={() => openTab('repository')}>
          Resolve the conflict
        </Button>
      )}
    </>
  );
}

function Acts() {
  const { task, mayEdit, readOnlyReason, drafts, saving, save, adopt, openTab, askPush, changeDrafts } = useTask();
  const may = useMay();
  const { confirm, dialog } = useConfirm();
  const [noting, setNoting] = useState(false);
  const enable = useAction<boolean, typeof task>({
    act: (enabled) => client.tasks[enabled ? 'enable' : 'disable']({ id: task.id }),
    changes: ['tasks'],
    done: ({ enabled, name }) => (enabled ? `${name} is enabled` : `${name} is disabled: it does not run`),
    onDone: adopt,
  });
  const dirty = isDirty(drafts);
  const discard = async () => {
    const keys = draftKeys(drafts);
    const yes = await confirm({
      title: 'Discard the unsaved edits?',
      text: `${keys.map(keyName).join(', ')} go back to what is saved. This cannot be undone.`,
      confirmLabel: 'Discard',
      danger: true,
    });
    if (yes) changeDrafts((all) => dropped(all, keys));
  };
  const pushReason = reasonNotToPush(task, may('push'));
  return (
    <Group gap="xs">
      {dialog}
      <SaveNote opened={noting} onClose={() => setNoting(false)} onSave={save} />
      <Tooltip label={readOnlyReason} disabled={mayEdit}>
        <div>
          <Switch
            label="Enabled"
            checked={task.enabled}
            disabled={!mayEdit || enable.isPending}
            onChange={(event) => enable.mutate(event.currentTarget.checked)}
          />
        </div>
      </Tooltip>
      <Button variant="default" leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={() => openTab('run')}>
        Run
      </Button>
      {may('debug') && (
        <Button
          variant="default"
          component={Link}
          to="/debugger"
          search={{ taskId: task.id } as never}
          leftSection={<IconBug size={16} aria-hidden />}
        >
          Debug
        </Button>
      )}
      <Tooltip label={pushReason} disabled={pushReason === null}>
        <Button
          variant="default"
          leftSection={<IconArrowUp size={16} aria-hidden />}
          data-disabled={pushReason !== null || undefined}
          aria-disabled={pushReason !== null}
          onClick={() => pushReason === null && askPush()}
        >
          Push
        </Button>
      </Tooltip>
      <Button.Group>
        <Button
          leftSection={<IconDeviceFloppy size={16} aria-hidden />}
          disabled={!dirty || !mayEdit}
          loading={saving}
          onClick={() => save()}
          title="Save (Ctrl+S or ⌘S)"
        >
          Save
        </Button>
        <Menu position="bottom-end">
          <Menu.Target>
            <Button px={6} disabled={!dirty || !mayEdit} aria-label="More ways to save">
              <IconChevronDown size={16} aria-hidden />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconMessage size={16} aria-hidden />} onClick={() => setNoting(true)}>
              Save with a note…
            </Menu.Item>
            <Menu.Item leftSection={<IconRotate size={16} aria-hidden />} onClick={() => void discard()}>
              Discard the edits…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Button.Group>
    </Group>
  );
}

function reasonNotToPush(task: Task, mayPush: boolean): string | null {
  if (!mayPush) return 'You may not push.';
  if (!task.repositoryInfo) return 'It is in no repository. Move it to one under Repository.';
  if (!task.repositoryInfo.canPush) return 'Its repository takes no changes: it is read-only or cannot be reached.';
  return task.needsPush ? null : 'Its repository has everything already.';
}
