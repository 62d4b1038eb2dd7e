import { Badge, Group, NavLink, Paper, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import type { Conflict } from '@ratchet/contract/entities/conflict';
import { useUrlState } from '../../app/use-url-state.ts';
import { StatusBadge } from '../../kit/state/status-badge.tsx';
import classes from './conflict.module.css';
import { type ConflictFile, isDeletion, kindOf, stateOf } from './conflict-words.ts';
import { isDecided, openIn, resultOf, toWrite } from './decisions.ts';
import { FileDecision, WrittenFile } from './file-decision.tsx';
import { FilePreview } from './file-preview.tsx';
import { FileSides } from './file-sides.tsx';
import type { UseDecisions } from './use-decisions.ts';

const urlDefaults = { file: '', view: 'decide' } as const;

/** The files of a conflict: one at a time, with what is decided of it, its three sides, and what it will be. */
export function ConflictFiles({ conflict, use }: { conflict: Conflict; use: UseDecisions }) {
  const [state, setState] = useUrlState(urlDefaults);
  const { decisions } = use;
  const first = conflict.files.find(({ hunks }) => hunks.length > 0) ?? conflict.files[0];
  const file = conflict.files.find(({ path }) => path === state.file) ?? first;
  if (!file) return <Text>The two sides do not differ in any file.</Text>;
  const byHand = decisions.way === 'manual' && toWrite(conflict).includes(file);
  const takesSide = decisions.way === 'take_local' || decisions.way === 'take_remote';
  const views = [
    ...(takesSide ? [] : [{ value: 'decide', label: byHand ? 'Write' : 'Decide' }]),
    { value: 'preview', label: 'Preview' },
    { value: 'sides', label: 'Three sides' },
  ];
  const view = views.some(({ value }) => value === state.view) ? state.view : (views[0]?.value ?? 'preview');
  const open = takesSide || decisions.way === 'manual' ? 0 : openIn(file, decisions);
  return (
    <div className={classes.files}>
      <nav aria-label="Files of the conflict">
        {conflict.files.map((one) => (
          <NavLink
            key={one.path}
            component="button"
            type="button"
            active={one.path === file.path}
            aria-current={one.path === file.path ? 'true' : undefined}
            onClick={() => setState({ file: one.path })}
            label={<span style={{ overflowWrap: 'anywhere' }}>{one.path}</span>}
            description={<FileMark file={one} conflict={conflict} use={use} />}
            styles={{ description: { color: 'inherit' } }}
          />
        ))}
      </nav>
      <Paper withBorder p="md" className={classes.file}>
        <Stack gap="sm">
          <Group justify="space-between" gap="xs">
            <Group gap="xs">
              <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
                {file.path}
              </Title>
              <Badge variant="default">{stateOf(file, conflict)}</Badge>
            </Group>
            <SegmentedControl
              aria-label="What is shown of the file"
              size="xs"
              value={view}
              onChange={(value) => setState({ view: value })}
              data={views}
            />
          </Group>
          {view === 'decide' &&
            (byHand ? (
              <WrittenFile key={file.path} file={file} decisions={decisions} use={use} />
            ) : (
              <FileDecision key={file.path} file={file} decisions={decisions} use={use} />
            ))}
          {view === 'preview' && (
            <FilePreview
              key={file.path}
              file={file}
              result={resultOf(file, conflict, decisions)}
              open={kindOf(file) === 'settled' ? 0 : open}
            />
          )}
          {view === 'sides' && <FileSides key={file.path} file={file} />}
        </Stack>
      </Paper>
    </div>
  );
}

function FileMark({ file, conflict, use }: { file: ConflictFile; conflict: Conflict; use: UseDecisions }) {
  const { decisions } = use;
  const { way } = decisions;
  if (way !== 'merge' || isDeletion(conflict)) return <>{stateOf(file, conflict)}</>;
  if (file.hunks.length === 0) {
    const own = decisions.written[file.path] !== undefined;
    return <>{own ? 'Written by hand' : `${stateOf(file, conflict)}, nothing to decide`}</>;
  }
  const open = openIn(file, decisions);
  return isDecided(file, decisions) ? (
    <StatusBadge status="resolved" text="Decided" />
  ) : (
    <StatusBadge status="open" text={`${open} open`} />
  );
}
