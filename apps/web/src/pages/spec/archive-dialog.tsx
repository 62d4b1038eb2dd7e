import { Button, Group, Modal, Stack, Switch, Text } from '@mantine/core';
import type { Spec } from '@ratchet/contract/entities/spec';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { ErrorPanel } from '../../kit/state/error-panel.tsx';

interface Props {
  readonly spec: Spec;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Moves a change to the archive; what it says of the specs goes into them. */
export function ArchiveDialog({ spec, opened, onClose }: Props) {
  const { documentId, specId, taskCounts, problems, deltas, revision } = spec;
  const [keepSpecs, setKeepSpecs] = useState(false);
  const [force, setForce] = useState(false);
  const archive = useAction({
    act: () => client.specs.archive({ id: documentId, skipSpecs: keepSpecs, force, expectedRevision: revision }),
    changes: ['specs', 'projects'],
    done: () => `${specId} is archived`,
    onDone: onClose,
    onFailed: () => true,
  });
  const open = taskCounts.total - taskCounts.done;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const unfit = open > 0 || errors > 0;
  return (
    <Modal opened={opened} onClose={onClose} title={`Archive ${specId}`}>
      <Stack>
        <Text size="sm">
          Its folder moves below openspec/changes/archive, under today’s date, where it is only read.
        </Text>
        {deltas.length > 0 && (
          <Switch
            label="Leave the project’s specs as they are"
            description={`Else what it adds, changes and removes (${deltas.length}) is put into openspec/specs`}
            checked={keepSpecs}
            onChange={(event) => setKeepSpecs(event.currentTarget.checked)}
          />
        )}
        {unfit && (
          <Switch
            label="Archive it all the same"
            description={[
              ...(open > 0 ? [`${open} ${open === 1 ? 'task is' : 'tasks are'} open`] : []),
              ...(errors > 0 ? [`${errors} of its problems ${errors === 1 ? 'is an error' : 'are errors'}`] : []),
            ].join(', ')}
            checked={force}
            onChange={(event) => setForce(event.currentTarget.checked)}
          />
        )}
        {archive.error && !archive.isPending && <ErrorPanel error={archive.error} title="It was not archived" />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button loading={archive.isPending} disabled={unfit && !force} onClick={() => archive.mutate()}>
            Archive the change
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
