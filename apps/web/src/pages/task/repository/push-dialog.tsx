import { Anchor, Button, Checkbox, Group, List, Modal, Stack, Text, Textarea } from '@mantine/core';
import { RatchetError } from '@ratchet/contract/errors';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { client } from '../../../api/client.ts';
import type { OutputOf } from '../../../api/queries.ts';
import { useAction } from '../../../api/use-action.ts';
import { ErrorPanel } from '../../../kit/state/error-panel.tsx';
import { Notice } from '../../../kit/state/notice.tsx';
import { isDirty } from '../drafts/draft-state.ts';
import { Comparison } from '../history/comparison.tsx';
import { useTask } from '../task-context.ts';

type PushResult = OutputOf<'tasks', 'push'>;

interface PushDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Shows what a push would change, and pushes it. */
export function PushDialog({ opened, onClose }: PushDialogProps) {
  const { task } = useTask();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="min(1100px, 96vw)"
      title={`Push ${task.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <Push onClose={onClose} />}
    </Modal>
  );
}

function Push({ onClose }: { readonly onClose: () => void }) {
  const { task, drafts } = useTask();
  const [message, setMessage] = useState('');
  const [force, setForce] = useState(false);
  const push = useAction<void, PushResult>({
    act: () => client.tasks.push({ id: task.id, force, ...(message.trim() ? { message: message.trim() } : {}) }),
    changes: ['tasks', 'repositories', 'conflicts', 'pushes', 'pullRequests'],
    // Shown in the dialog.
    onFailed: () => true,
  });
  const where = task.repositoryInfo;
  if (push.data) return <Outcome result={push.data} onClose={onClose} />;
  const broken = task.problems.some(({ severity }) => severity === 'error');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    push.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>
          To {where?.repositoryName ?? 'its repository'}
          {where?.branch ? `, branch ${where.branch}` : ''}, at {where?.repositoryPath || 'its top'}.
        </Text>
        {isDirty(drafts) && (
          <Notice tone="attention">
            Unsaved edits are not pushed: what goes out is the saved revision {task.revision}.
          </Notice>
        )}
        <Comparison
          from="repository"
          to={task.revision}
          fromLabel="In the repository, as last seen"
          toLabel={`Revision ${task.revision}`}
          same="The repository has all of this already."
        />
        <Textarea
          label="Commit message"
          description="Made from the changes where it is empty"
          autosize
          minRows={1}
          maxLength={5000}
          value={message}
          onChange={(event) => setMessage(event.currentTarget.value)}
          data-autofocus
        />
        {(broken || (push.error instanceof RatchetError && push.error.code === 'TASK_INVALID')) && (
          <Checkbox
            label="Push it although it has problems that keep it from running"
            checked={force}
            onChange={(event) => setForce(event.currentTarget.checked)}
          />
        )}
        {push.error && <ErrorPanel error={push.error} title="It was not pushed" />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={push.isPending}>
            Push
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Outcome({ result, onClose }: { readonly result: PushResult; readonly onClose: () => void }) {
  const { openTab } = useTask();
  const waits = result.error?.code === 'AWAITING_APPROVAL';
  const conflict = result.error?.code === 'SYNC_CONFLICT';
  const title = result.success ? 'It is pushed' : waits ? 'It waits for approval' : 'It was not pushed';
  return (
    <Stack>
      <Notice
        tone={result.success ? 'good' : waits ? 'info' : 'bad'}
        role={result.success || waits ? 'status' : 'alert'}
        title={title}
      >
        <Stack gap="xs">
          {result.error && <Text size="sm">{result.error.message}</Text>}
          <List size="sm">
            {result.commitHash !== null && <List.Item>Commit {result.commitHash}</List.Item>}
            {result.pullRequestUrl !== null && (
              <List.Item>
                <Anchor href={result.pullRequestUrl} target="_blank" rel="noreferrer">
                  Open the pull request
                </Anchor>
              </List.Item>
            )}
          </List>
        </Stack>
      </Notice>
      <Group justify="flex-end">
        {conflict && (
          <Button
            onClick={() => {
              onClose();
              openTab('repository');
            }}
          >
            See the conflict
          </Button>
        )}
        {waits && (
          <Button variant="default" component={Link} to={`/repositories/${result.repositoryId}`}>
            Open the repository
          </Button>
        )}
        <Button variant="default" onClick={onClose} data-autofocus>
          Close
        </Button>
      </Group>
    </Stack>
  );
}
