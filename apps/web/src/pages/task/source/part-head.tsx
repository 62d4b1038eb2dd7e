import { Button, Group, SegmentedControl, Text, Title } from '@mantine/core';
import { IconRotate } from '@tabler/icons-react';
import { Notice } from '../../../kit/state/notice.tsx';
import type { usePart } from './use-part.ts';

interface PartHeadProps {
  readonly title: string;
  readonly views: readonly { readonly value: string; readonly label: string }[];
  readonly view: string;
  readonly onView: (view: string) => void;
  readonly part: ReturnType<typeof usePart>;
  readonly onOpen: (path: string) => void;
}

/** The title of a part, the ways to look at it, and what keeps it from being edited. */
export function PartHead({ title, views, view, onView, part, onOpen }: PartHeadProps) {
  const { blockedBy, dirty, discard } = part;
  return (
    <>
      <Group justify="space-between">
        <Title order={2} size="h4">
          {title}
        </Title>
        <Group gap="xs">
          {dirty && (
            <Button size="xs" variant="default" leftSection={<IconRotate size={14} aria-hidden />} onClick={discard}>
              Discard
            </Button>
          )}
          <SegmentedControl
            size="xs"
            data={[...views]}
            value={view}
            onChange={onView}
            aria-label={`View of ${title}`}
          />
        </Group>
      </Group>
      {blockedBy !== null && (
        <Notice tone="attention" title={`${blockedBy} has unsaved edits`}>
          <Group justify="space-between">
            <Text size="sm">This part is kept in that file. Save or discard its edits first.</Text>
            <Button size="xs" variant="default" onClick={() => onOpen(blockedBy)}>
              Open {blockedBy}
            </Button>
          </Group>
        </Notice>
      )}
    </>
  );
}
