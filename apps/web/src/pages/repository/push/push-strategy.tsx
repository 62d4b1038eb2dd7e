import { Anchor, Radio, Stack, Text } from '@mantine/core';
import type { PushPolicy, Repository } from '@ratchet/contract/entities/repository';
import { Link } from '@tanstack/react-router';
import { client } from '../../../api/client.ts';
import { useAction } from '../../../api/use-action.ts';
import { useMay } from '../../../api/use-identity.ts';

/** Where a push of a Git repository goes. It is part of its push policy: whoever manages it changes it here too. */
export function PushStrategy({ repository }: { repository: Repository }) {
  const may = useMay();
  const { id, branch, pushPolicy, revision } = repository;
  const change = useAction({
    act: (branchStrategy: PushPolicy['branchStrategy']) =>
      client.repositories.update({ id, pushPolicy: { ...pushPolicy, branchStrategy }, expectedRevision: revision }),
    changes: ['repositories'],
    done: () => 'From now on pushes go there',
  });
  const shown = change.isPending ? change.variables : pushPolicy.branchStrategy;
  const fixed = !may('manage_repository');
  return (
    <Stack gap={6}>
      <Radio.Group
        label="Where the push goes"
        description={
          fixed ? 'Whoever manages the repository can change it' : 'This holds for every push until it is changed'
        }
        value={shown}
        onChange={(value) => change.mutate(value as PushPolicy['branchStrategy'])}
      >
        <Stack gap="xs" mt="xs">
          <Radio
            value="direct"
            label={`Straight to ${branch ? `branch ${branch}` : 'its default branch'}`}
            disabled={fixed || change.isPending}
          />
          <Radio
            value="feature_branch"
            label="To a branch of its own, with a pull request"
            disabled={fixed || change.isPending}
          />
        </Stack>
      </Radio.Group>
      {pushPolicy.requireApproval && <Text size="sm">It waits for approval before anything leaves.</Text>}
      <Anchor
        component={Link}
        {...({ to: `/repositories/${id}`, search: { tab: 'settings' } } as object)}
        size="sm"
        underline="always"
      >
        All of the push policy
      </Anchor>
    </Stack>
  );
}
