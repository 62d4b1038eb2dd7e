import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { client } from '../../api/client.ts';
import type { InputOf, OutputOf } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';

type Result = OutputOf<'specs', 'sync'>;
interface Props {
  /** Only this project or change; everything without. */
  readonly scope?: Pick<InputOf<'specs', 'sync'>, 'projectId' | 'specId'>;
  readonly label?: string;
  readonly size?: 'xs' | 'sm';
}

/** Brings changes in step with their files now, both ways. */
export function SyncAll({ scope = {}, label = 'Sync now', size = 'sm' }: Props) {
  const sync = useAction<void, Result>({
    act: () => client.specs.sync(scope),
    changes: ['specs', 'projects', 'conflicts'],
    done: ({ message }) => message,
  });
  return (
    <Button
      size={size}
      variant="default"
      leftSection={<IconRefresh size={16} aria-hidden />}
      loading={sync.isPending}
      onClick={() => sync.mutate()}
    >
      {label}
    </Button>
  );
}
