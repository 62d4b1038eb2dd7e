import { Stack } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useEverywhere, useIdentity } from '../api/use-identity.ts';
import { PageHead } from '../app/page-head.tsx';
import { EmptyState } from '../kit/state/empty-state.tsx';

interface Props {
  readonly title: string;
  readonly children: ReactNode;
}

/** A page about what stands in no repository: whoever sees only some of them is told so, and not refused. */
export function EverywhereOnly({ title, children }: Props) {
  const known = useIdentity() !== undefined;
  const everywhere = useEverywhere();
  if (!known || everywhere) return children;
  return (
    <Stack>
      <PageHead title={title} />
      <EmptyState
        order={2}
        icon={IconLock}
        title="This is for who sees every repository"
        text="You are granted some repositories, and this belongs to all of them. Whoever manages grants can change that."
      />
    </Stack>
  );
}
