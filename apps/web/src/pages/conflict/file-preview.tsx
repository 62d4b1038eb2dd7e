import { SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { DiffView, languageOf } from '../../kit/editor/index.tsx';
import { type ConflictFile, localLabel, remoteLabel } from './conflict-words.ts';

interface FilePreviewProps {
  readonly file: ConflictFile;
  /** Its text after the decision; null: removed. Undefined: it is not text. */
  readonly result: string | null | undefined;
  /** Places that are open: they show what is here. */
  readonly open: number;
}

/** What one file will be, against what is here or upstream. */
export function FilePreview({ file, result, open }: FilePreviewProps) {
  const [against, setAgainst] = useState<'local' | 'remote'>('local');
  if (result === undefined)
    return <Text size="sm">It is not text: it will be, byte for byte, what the chosen side has.</Text>;
  return (
    <Stack gap="xs">
      <SegmentedControl
        aria-label="Compared with"
        value={against}
        onChange={(value) => setAgainst(value as 'local' | 'remote')}
        data={[
          { value: 'local', label: 'Against what is here' },
          { value: 'remote', label: 'Against upstream' },
        ]}
        style={{ alignSelf: 'flex-start' }}
      />
      {open > 0 && (
        <Text size="sm">
          {open === 1 ? 'One place is' : `${open} places are`} open: until you decide, what is here is shown there.
        </Text>
      )}
      {result === null && <Text size="sm">The file is removed.</Text>}
      <DiffView
        key={against}
        before={file[against]}
        after={result}
        beforeLabel={against === 'local' ? localLabel : remoteLabel}
        afterLabel="Result"
        language={languageOf(file.path)}
        collapseUnchanged
        maxHeight={480}
      />
    </Stack>
  );
}
