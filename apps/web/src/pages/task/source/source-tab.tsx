import { Box, Stack } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useUrlState } from '../../../app/use-url-state.ts';
import { Notice } from '../../../kit/state/notice.tsx';
import { type Part, parts } from '../drafts/draft-state.ts';
import { useTask } from '../task-context.ts';
import { FileEditor } from './file-editor.tsx';
import { FileList } from './file-list.tsx';
import { MetadataEditor } from './metadata-editor.tsx';
import { Problems } from './problems.tsx';
import { SchemaEditor } from './schema-editor.tsx';
import classes from './source.module.css';
import { useCheck } from './use-check.ts';

const address = { file: '', part: '', line: '' };

/** Every part and file of the task, one of them open. */
export default function SourceTab() {
  const { entry, readOnlyReason } = useTask();
  const [state, setState] = useUrlState(address);
  const check = useCheck();
  const part = parts.find((one) => one === state.part) ?? null;
  const path = state.file === '' ? entry : state.file;
  const [asked, setAsked] = useState(0);
  const line = Number.parseInt(state.line, 10);
  const reveal = useMemo(() => (line > 0 ? { line, asked } : undefined), [line, asked]);
  const openFile = (next: string, at?: number) => {
    setState({ file: next === entry ? '' : next, part: '', line: at === undefined ? '' : String(at) });
    if (at !== undefined) setAsked((count) => count + 1);
  };
  const openPart = (next: Part) => setState({ part: next, file: '', line: '' });
  return (
    <Stack>
      {readOnlyReason !== null && (
        <Notice tone="neutral" title="Read-only">
          {readOnlyReason}
        </Notice>
      )}
      <div className={classes.layout}>
        <FileList part={part} path={part === null ? path : null} onFile={openFile} onPart={openPart} />
        <Box style={{ minWidth: 0 }}>
          <Stack>
            {part === null && (
              <FileEditor key={path} path={path} check={check} reveal={reveal} onOpen={openFile} onPart={openPart} />
            )}
            {part === 'metadata' && <MetadataEditor onOpen={openFile} />}
            {(part === 'input' || part === 'output') && <SchemaEditor key={part} side={part} onOpen={openFile} />}
            <Problems check={check} onOpen={openFile} />
          </Stack>
        </Box>
      </div>
    </Stack>
  );
}
