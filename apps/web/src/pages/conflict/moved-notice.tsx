import { Button, Group, Stack, Text, Title } from '@mantine/core';
import type { Conflict } from '@ratchet/contract/entities/conflict';
import { useEffect, useRef } from 'react';
import { DiffView, languageOf } from '../../kit/editor/index.tsx';
import { Notice } from '../../kit/state/notice.tsx';
import { movedFiles } from './decisions.ts';
import type { UseDecisions } from './use-decisions.ts';

/** A side moved on while the conflict was decided: shows what, and keeps what was decided. */
export function MovedNotice({ conflict, use }: { conflict: Conflict; use: UseDecisions }) {
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => panel.current?.focus(), []);
  const { begun } = use.decisions;
  const moved = movedFiles(conflict, use.decisions);
  const gone = begun.filter(({ path }) => !conflict.files.some((file) => file.path === path)).map(({ path }) => path);
  return (
    <Notice
      ref={panel}
      tabIndex={-1}
      tone="attention"
      role="alert"
      title="A side changed since you began. Nothing was saved, and what you decided is kept"
    >
      <Stack gap="md">
        {moved.map((path) => {
          const was = begun.find((file) => file.path === path);
          const now = conflict.files.find((file) => file.path === path);
          const sides = [
            { side: 'local' as const, name: 'here' },
            { side: 'remote' as const, name: 'upstream' },
          ].filter(({ side }) => (was?.[side] ?? null) !== (now?.[side] ?? null));
          return sides.map(({ side, name }) => (
            <section key={`${path} ${side}`}>
              <Title order={2} size="h5">
                {path}, {name}
              </Title>
              <DiffView
                before={was?.[side] ?? null}
                after={now?.[side] ?? null}
                beforeLabel="When you began"
                afterLabel="Now"
                language={languageOf(path)}
                collapseUnchanged
                maxHeight={280}
              />
            </section>
          ));
        })}
        {gone.length > 0 && <Text size="sm">No longer different on the two sides: {gone.join(', ')}.</Text>}
        {moved.length === 0 && gone.length === 0 && <Text size="sm">The texts are the same as before.</Text>}
        <Group gap="xs">
          <Button size="xs" onClick={use.goOn}>
            Go on with what I decided
          </Button>
          <Button size="xs" variant="default" onClick={use.startOver}>
            Start over with what is there now
          </Button>
        </Group>
      </Stack>
    </Notice>
  );
}
