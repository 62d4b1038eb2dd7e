import { SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { CodeEditor, DiffView, languageOf } from '../../kit/editor/index.tsx';
import { type ConflictFile, localLabel, remoteLabel } from './conflict-words.ts';

type Shown = 'here' | 'upstream' | 'both' | 'base';

/** The three sides of one file: what each changed since they were last in step. */
export function FileSides({ file }: { file: ConflictFile }) {
  const [shown, setShown] = useState<Shown>('here');
  const language = languageOf(file.path);
  const { base, local, remote } = file;
  if (base === null && local === null && remote === null)
    return <Text size="sm">It is not text: there is nothing to show.</Text>;
  const pairs = {
    here: { before: base, after: local, beforeLabel: 'Base', afterLabel: localLabel },
    upstream: { before: base, after: remote, beforeLabel: 'Base', afterLabel: remoteLabel },
    both: { before: local, after: remote, beforeLabel: localLabel, afterLabel: remoteLabel },
  } as const;
  return (
    <Stack gap="xs">
      <SegmentedControl
        aria-label="What is compared"
        value={shown}
        onChange={(value) => setShown(value as Shown)}
        data={[
          { value: 'here', label: 'Changed here' },
          { value: 'upstream', label: 'Changed upstream' },
          { value: 'both', label: 'Here and upstream' },
          { value: 'base', label: 'Base' },
        ]}
        style={{ alignSelf: 'flex-start', maxWidth: '100%', flexWrap: 'wrap' }}
      />
      {shown === 'base' ? (
        base === null ? (
          <Text size="sm">There is no base: the two were never in step, or it is not text.</Text>
        ) : (
          <CodeEditor value={base} language={language} label={`Base of ${file.path}`} readOnly maxHeight={480} />
        )
      ) : (
        <DiffView key={shown} {...pairs[shown]} language={language} collapseUnchanged maxHeight={480} />
      )}
    </Stack>
  );
}
