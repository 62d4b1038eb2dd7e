import { Button, Group, Stack, Text } from '@mantine/core';
import type { Spec } from '@ratchet/contract/entities/spec';
import { IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import { Markdown } from '../../kit/markdown/index.tsx';
import { CopyButton } from '../../kit/state/copy-button.tsx';
import { EmptyState } from '../../kit/state/empty-state.tsx';
import type { DocumentPath } from './document-draft.ts';
import { DocumentEditor } from './document-editor.tsx';
import { useWritable } from './use-writable.ts';

interface Props {
  readonly spec: Spec;
  /** The file within the change. */
  readonly path: DocumentPath;
  readonly content: string | null;
  /** What belongs there. */
  readonly empty: string;
  /** The line that a problem was found in: the text is opened there. */
  readonly reveal: number | null;
}

/** A document of the change: read as people read it, and edited as text. */
export function DocumentTab({ spec, path, content, empty, reveal }: Props) {
  const { reason } = useWritable(spec);
  const [asked, setAsked] = useState(false);
  const editing = asked || reveal !== null;
  if (editing)
    return (
      <DocumentEditor
        spec={spec}
        path={path}
        content={content}
        reveal={reveal}
        readOnly={reason !== null}
        onClose={asked ? () => setAsked(false) : null}
      />
    );
  if (content === null)
    return (
      <EmptyState
        title={`There is no ${path}`}
        text={empty}
        action={reason === null && <Button onClick={() => setAsked(true)}>Write it</Button>}
      />
    );
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" ff="monospace">
          {path}
        </Text>
        <Group gap="xs">
          <CopyButton value={content} label={`Copy ${path}`} />
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPencil size={14} aria-hidden />}
            onClick={() => setAsked(true)}
          >
            {reason === null ? 'Edit' : 'Show the text'}
          </Button>
        </Group>
      </Group>
      <Markdown text={content} label={path} />
    </Stack>
  );
}
