import { Group, Stack, Text, Title } from '@mantine/core';
import { DiffView, HunkMerge, languageOf } from '../../../kit/editor/index.tsx';
import { Notice } from '../../../kit/state/notice.tsx';
import { StatusBadge } from '../../../kit/state/status-badge.tsx';
import { type Draft, keyName, pathOf } from './draft-state.ts';
import { needsMerge, type Theirs } from './needs-merge.ts';

interface UnsavedPartProps {
  readonly name: string;
  readonly draft: Draft | undefined;
  readonly theirs: Theirs;
  readonly onDecide: (text: string | null, unresolved: number) => void;
}

/** One part with unsaved edits: on top of theirs where they left it alone, else merged place by place. */
export function UnsavedPart({ name, draft, theirs, onDecide }: UnsavedPartProps) {
  if (!draft) return null;
  const language = pathOf(name) === null ? 'json' : languageOf(name);
  const untouched = theirs.text === draft.base && !theirs.binary;
  const alike = theirs.text === draft.text;
  return (
    <Stack component="section" gap="xs" aria-label={keyName(name)}>
      <Group gap="xs">
        <Title order={3} size="h5" ff={pathOf(name) === null ? undefined : 'monospace'}>
          {keyName(name)}
        </Title>
        {untouched ? (
          <StatusBadge status="merged" tone="success" text="Only you changed it" />
        ) : alike ? (
          <StatusBadge status="merged" tone="success" text="Both made the same change" />
        ) : (
          <StatusBadge status="conflict" text="Both changed it" />
        )}
      </Group>
      {theirs.binary ? (
        <Notice tone="attention">
          <Text size="sm">It is no text any more. Keep yours or take theirs as a whole.</Text>
        </Notice>
      ) : untouched ? (
        <DiffView
          before={draft.base}
          after={draft.text}
          beforeLabel="Saved"
          afterLabel="Your edit"
          language={language}
          collapseUnchanged
          maxHeight={320}
        />
      ) : !needsMerge(draft, theirs) ? null : (
        <HunkMerge
          base={draft.base}
          local={draft.text}
          remote={theirs.text}
          language={language}
          localLabel="Yours"
          remoteLabel="Theirs"
          onChange={(text, { unresolved }) => onDecide(text, unresolved)}
        />
      )}
    </Stack>
  );
}
