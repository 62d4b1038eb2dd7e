import { EditorView } from '@codemirror/view';
import { Alert, Button, Group, Kbd, Stack, Text, Title } from '@mantine/core';
import { type KeyboardEvent, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { EditorCore } from './editor-core.tsx';
import { HunkCard } from './hunk-card.tsx';
import { hunkMarks, type MarkedRange } from './hunk-marks.ts';
import type { MergeHunk } from './merge-document.ts';
import type { HunkMergeProps } from './merge-props.ts';
import {
  choicesFor,
  choose,
  chooseAll,
  editText,
  hunkParts,
  type MergeChoice,
  openHunks,
  plainOf,
  rangesOf,
  redo,
  undo,
} from './merge-state.ts';
import { StepButton } from './step-button.tsx';
import { useMerge } from './use-merge.ts';

/** Hunks drawn at first; the others as they are asked for. */
const firstHunks = 60;
const byKey: Readonly<Record<string, MergeChoice>> = {
  1: 'local',
  2: 'remote',
  3: 'local-remote',
  4: 'remote-local',
  5: 'base',
};

/** Decides the hunks of a text one by one. Every decision and every edit of the result can be undone, in order. */
export default function HunkMerge(props: HunkMergeProps) {
  const { language, localLabel, remoteLabel } = props;
  const { state, now, become, start, moved } = useMerge(props);
  const [current, setCurrent] = useState(0);
  const [shown, setShown] = useState(firstHunks);
  const root = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const ranges = useRef<readonly MarkedRange[]>([]);
  const [marks] = useState(() => hunkMarks(ranges));
  const parts = useMemo(() => hunkParts(state.document), [state.document]);
  const plain = useMemo(() => plainOf(state), [state]);
  useLayoutEffect(() => {
    const all = rangesOf(state);
    ranges.current = parts.flatMap((part) => {
      const range = all[part];
      return range ? [{ ...range, open: state.now.choices[part] === null }] : [];
    });
    view.current?.dispatch({});
  }, [state, parts]);

  const focusHunk = (index: number) => {
    const to = Math.max(0, Math.min(index, hunkParts(now.current.document).length - 1));
    setCurrent(to);
    setShown((count) => Math.max(count, to + 20));
    requestAnimationFrame(() => {
      const card = root.current?.querySelector(`[data-hunk="${to + 1}"]`);
      const radio = card?.querySelector<HTMLInputElement>('input:checked') ?? card?.querySelector('input');
      radio?.focus({ preventScroll: true });
      card?.scrollIntoView({ block: 'nearest' });
    });
  };
  const chooseFor = useCallback(
    (part: number, choice: MergeChoice) => become((merge) => choose(merge, part, choice)),
    [become],
  );
  const showInResult = useCallback(
    (index: number) => {
      const part = hunkParts(now.current.document)[index];
      const range = part === undefined ? undefined : rangesOf(now.current)[part];
      setCurrent(index);
      if (!range || !view.current) return;
      view.current.dispatch({
        selection: { anchor: Math.min(range.from, view.current.state.doc.length) },
        effects: EditorView.scrollIntoView(Math.min(range.from, view.current.state.doc.length), { y: 'center' }),
      });
      view.current.focus();
    },
    [now],
  );
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const target = event.target as HTMLElement;
    if (target.closest('.cm-editor')) return;
    const mod = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const part = parts[current];
    const act = (): boolean => {
      if (mod && key === 'z') become(event.shiftKey ? redo : undo);
      else if (mod && key === 'y') become(redo);
      else if (mod || event.altKey) return false;
      else if (key === 'j' || key === 'n') focusHunk(current + 1);
      else if (key === 'k' || key === 'p') focusHunk(current - 1);
      else if (part === undefined) return false;
      else if (key === 'e') {
        become((merge) => choose(merge, part, 'hand'));
        requestAnimationFrame(() => showInResult(current));
      } else {
        const choice = byKey[key];
        const hunk = state.document.parts[part] as MergeHunk;
        if (!choice || !choicesFor(hunk).includes(choice)) return false;
        become((merge) => choose(merge, part, choice));
      }
      return true;
    };
    if (act()) event.preventDefault();
  };
  const open = openHunks(state);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys that repeat what its buttons and radio buttons do
    <div ref={root} onKeyDown={onKeyDown}>
      <Stack gap="sm">
        {moved && (
          <Alert color="gray" variant="light" title="The two sides changed since you started" role="alert">
            <Text size="sm" mb="xs">
              Your decisions are kept below. Start over to decide about the sides as they are now.
            </Text>
            <StepButton
              onClick={() => {
                start();
                focusHunk(0);
              }}
            >
              Start over
            </StepButton>
          </Alert>
        )}
        <Group justify="space-between" gap="xs">
          <Text size="sm" fw={600} role="status">
            {summary(parts.length, open)}
          </Text>
          <Group gap="xs">
            {parts.length > 0 && (
              <>
                <StepButton onClick={() => focusHunk(current - 1)} off={current === 0}>
                  Previous
                </StepButton>
                <StepButton onClick={() => focusHunk(current + 1)} off={current >= parts.length - 1}>
                  Next
                </StepButton>
                <StepButton
                  onClick={() => become((merge) => chooseAll(merge, 'local'))}
                >{`Take all: ${localLabel.toLowerCase()}`}</StepButton>
                <StepButton
                  onClick={() => become((merge) => chooseAll(merge, 'remote'))}
                >{`Take all: ${remoteLabel.toLowerCase()}`}</StepButton>
              </>
            )}
            <StepButton off={state.past.length === 0} onClick={() => become(undo)}>
              Undo
            </StepButton>
            <StepButton off={state.future.length === 0} onClick={() => become(redo)}>
              Redo
            </StepButton>
          </Group>
        </Group>
        {parts.length > 0 && <Keys local={localLabel} remote={remoteLabel} />}
        {parts.slice(0, shown).map((part, index) => (
          <HunkCard
            key={part}
            hunk={state.document.parts[part] as MergeHunk}
            number={index + 1}
            count={parts.length}
            choice={state.now.choices[part] ?? null}
            localLabel={localLabel}
            remoteLabel={remoteLabel}
            current={index === current}
            part={part}
            onChoose={chooseFor}
            onShow={plain === null ? null : showInResult}
            onCurrent={setCurrent}
          />
        ))}
        {parts.length > shown && (
          <Button variant="default" onClick={() => setShown(shown + firstHunks)}>
            Show more conflicts ({parts.length - shown} left)
          </Button>
        )}
        <Title order={3} size="h5">
          Result
        </Title>
        {plain === null ? (
          <Alert
            color="gray"
            variant="light"
            title={open > 0 ? 'The file is deleted on one side' : 'The file is removed'}
          >
            {open > 0 ? 'Choose whether it stays.' : 'Choose the other side above to keep it.'}
          </Alert>
        ) : (
          <EditorCore
            exact
            value={plain}
            label="Result of the merge"
            language={language}
            minHeight={160}
            maxHeight={480}
            viewRef={view}
            extensions={marks}
            onEdit={(_text, changes) => become((merge) => editText(merge, changes, Date.now()))}
            ownHistory={{ undo: () => become(undo), redo: () => become(redo) }}
          />
        )}
      </Stack>
    </div>
  );
}

function summary(count: number, open: number): string {
  if (count === 0) return 'Nothing to decide: the changes of both sides fit together';
  if (open === 0) return count === 1 ? 'The conflict is decided' : `All ${count} conflicts are decided`;
  return `${open} of ${count} ${count === 1 ? 'conflict' : 'conflicts'} open`;
}

const Keys = ({ local, remote }: { readonly local: string; readonly remote: string }) => (
  <Text size="xs" visibleFrom="sm">
    With a conflict focused: <Kbd size="xs">J</Kbd> next, <Kbd size="xs">K</Kbd> previous, <Kbd size="xs">1</Kbd>{' '}
    {local.toLowerCase()}, <Kbd size="xs">2</Kbd> {remote.toLowerCase()}, <Kbd size="xs">3</Kbd> or{' '}
    <Kbd size="xs">4</Kbd> both, <Kbd size="xs">5</Kbd> base, <Kbd size="xs">E</Kbd> edit by hand,{' '}
    <Kbd size="xs">Ctrl</Kbd>+<Kbd size="xs">Z</Kbd> undo
  </Text>
);
