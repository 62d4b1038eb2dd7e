import { Group, Stack, Text } from '@mantine/core';
import type { Conflict } from '@ratchet/contract/entities/conflict';
import { useState } from 'react';
import { ConflictFiles } from './conflict-files.tsx';
import { explained } from './conflict-words.ts';
import { MovedNotice } from './moved-notice.tsx';
import { NextConflict } from './next-conflict.tsx';
import { ResolveBar } from './resolve-bar.tsx';
import { useDecisions } from './use-decisions.ts';
import { WayPicker } from './way-picker.tsx';

interface OpenConflictProps {
  readonly conflict: Conflict;
  readonly hasTests: boolean;
  readonly onResolved: (runTests: boolean) => void;
}

/** A conflict that is to be decided. */
export function OpenConflict({ conflict, hasTests, onResolved }: OpenConflictProps) {
  const use = useDecisions(conflict);
  const [runTests, setRunTests] = useState(true);
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <Text maw={760}>{explained[conflict.conflictType]}</Text>
        <NextConflict after={conflict} />
      </Group>
      {use.moved && <MovedNotice conflict={conflict} use={use} />}
      <WayPicker conflict={conflict} value={use.decisions.way} onChange={use.chooseWay} />
      <ConflictFiles conflict={conflict} use={use} />
      <ResolveBar
        conflict={conflict}
        use={use}
        hasTests={hasTests}
        runTests={runTests}
        onRunTests={setRunTests}
        onResolved={() => onResolved(hasTests && runTests)}
      />
    </Stack>
  );
}
