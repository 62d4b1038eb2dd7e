import { EditorView } from '@codemirror/view';
import { Alert, Button, Group, Kbd, Stack, Text, Title } from '@mantine/core';
import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { EditorCore } from './editor-core.tsx';
import { HunkCard } from './hunk-card.tsx';
import { hunkMarks, type MarkedRange } from './hunk-marks.ts';
import { type GivenHunk, type MergeHunk, type MergeSides, mergeDocument } from './merge-document.ts';
import {
  choicesFor,
  choose,
  chooseAll,
  editText,
  hunkParts,
  type MergeChoice,
  type MergeState,
  openHunks,
  plainOf,
  rangesOf,
  redo,
  type ServerChoice,
  serverChoices,
  startMerge,
  textOf,
  undo,
} from './merge-state.ts';
import { changesBetween } from './text-diff.ts';
import { openText } from './text-shape.ts';
import type { EditorLanguage } from './types.ts';

/** What was decided so far. */
export interface MergeResult {
  /** null: the file is removed. */
  readonly text: string | null;
  /** Hunks without a choice; the text holds the local side of them. */
  readonly unresolved: number;
  /** For the resolution `merge`, by hunk; null: something is open, or only the text says what was decided. */
  readonly choices: Readonly<Record<string, ServerChoice>> | null;
}

export interface HunkMergeProps extends MergeSides {
  /** The server's suggestion, with markers. Used with `hunks`; without either the three texts are compared here. */
  readonly suggested?: string | null | undefined;
  readonly hunks?: readonly GivenHunk[] | null | undefined;
  readonly language: EditorLanguage;
  readonly localLabel: string;
  readonly remoteLabel: string;
  /** The text decided on, as told last. Left out or empty at first: the merge begins with every hunk open. */
  readonly value?: string | null | undefined;
  /** Told at first and after each decision. null: the file is removed. */
  readonly onChange: (value: string | null, result: MergeResult) => void;
  readonly onUnresolved?: ((count: number) => void) | undefined;
}

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
  const { base, local, remote, suggested, hunks, language, localLabel, remoteLabel, value } = props;
  const hunksKey = JSON.stringify(hunks ?? null);
  const document = useMemo(
    () => mergeDocument({ base, local, remote }, suggested, JSON.parse(hunksKey) as GivenHunk[] | null),
    [base, local, remote, suggested, hunksKey],
  );
  const [state, setState] = useState(() => startMerge(document));
  const now = useRef(state);
  const latest = useRef(props);
  const told = useRef<(string | null)[]>([]);
  const [current, setCurrent] = useState(0);
  const [shown, setShown] = useState(firstHunks);
  const root = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const ranges = useRef<readonly MarkedRange[]>([]);
  const [marks] = useState(() => hunkMarks(ranges));

  useLayoutEffect(() => {
    latest.current = props;
  });
  const tell = (next: MergeState) => {
    const text = textOf(next);
    const unresolved = openHunks(next);
    told.current = [...told.current.slice(-20), text];
    latest.current.onChange(text, { text, unresolved, choices: serverChoices(next) });
    latest.current.onUnresolved?.(unresolved);
  };
  const become = (next: MergeState) => {
    if (next === now.current) return;
    now.current = next;
    setState(next);
    tell(next);
  };
  const start = () => {
    now.current = startMerge(document);
    setState(now.current);
    setCurrent(0);
    tell(now.current);
  };

  // Decisions are kept when the sides move on under them; untouched, the merge begins anew.
  const moved = state.document !== document;
  const begun = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for each document, with what is current then
  useEffect(() => {
    if (now.current.document !== document && now.current.past.length === 0) start();
    else if (!begun.current) tell(now.current);
    begun.current = true;
  }, [document]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only another value is put in
  useEffect(() => {
    if (value === undefined || value === null || told.current.includes(value)) return;
    if (now.current.past.length === 0 && (value === '' || value === suggested)) return;
    const plain = plainOf(now.current);
    if (plain === null) return;
    become(editText(now.current, changesBetween(plain, openText(value).plain), Date.now()));
  }, [value]);

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
    const to = Math.max(0, Math.min(index, parts.length - 1));
    setCurrent(to);
    setShown((count) => Math.max(count, to + 20));
    requestAnimationFrame(() => {
      const card = root.current?.querySelector(`[data-hunk="${to + 1}"]`);
      const radio = card?.querySelector<HTMLInputElement>('input:checked') ?? card?.querySelector('input');
      radio?.focus({ preventScroll: true });
      card?.scrollIntoView({ block: 'nearest' });
    });
  };
  const showInResult = (index: number) => {
    const part = parts[index];
    const range = part === undefined ? undefined : rangesOf(now.current)[part];
    setCurrent(index);
    if (!range || !view.current) return;
    view.current.dispatch({
      selection: { anchor: Math.min(range.from, view.current.state.doc.length) },
      effects: EditorView.scrollIntoView(Math.min(range.from, view.current.state.doc.length), { y: 'center' }),
    });
    view.current.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const target = event.target as HTMLElement;
    if (target.closest('.cm-editor')) return;
    const mod = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const part = parts[current];
    const act = (): boolean => {
      if (mod && key === 'z') become(event.shiftKey ? redo(now.current) : undo(now.current));
      else if (mod && key === 'y') become(redo(now.current));
      else if (mod || event.altKey) return false;
      else if (key === 'j' || key === 'n') focusHunk(current + 1);
      else if (key === 'k' || key === 'p') focusHunk(current - 1);
      else if (part === undefined) return false;
      else if (key === 'e') {
        become(choose(now.current, part, 'hand'));
        requestAnimationFrame(() => showInResult(current));
      } else {
        const choice = byKey[key];
        const hunk = state.document.parts[part] as MergeHunk;
        if (!choice || !choicesFor(hunk).includes(choice)) return false;
        become(choose(now.current, part, choice));
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
          <Alert color="yellow" title="The two sides changed since you started" role="alert">
            <Text size="sm" mb="xs">
              Your decisions are kept below. Start over to decide about the sides as they are now.
            </Text>
            <Button size="xs" variant="default" onClick={start}>
              Start over
            </Button>
          </Alert>
        )}
        <Group justify="space-between" gap="xs">
          <Text size="sm" fw={600} role="status">
            {summary(parts.length, open)}
          </Text>
          <Group gap="xs">
            {parts.length > 0 && (
              <>
                <Button size="xs" variant="default" onClick={() => focusHunk(current - 1)} disabled={current === 0}>
                  Previous
                </Button>
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => focusHunk(current + 1)}
                  disabled={current >= parts.length - 1}
                >
                  Next
                </Button>
                <Button size="xs" variant="default" onClick={() => become(chooseAll(now.current, 'local'))}>
                  Take all: {localLabel.toLowerCase()}
                </Button>
                <Button size="xs" variant="default" onClick={() => become(chooseAll(now.current, 'remote'))}>
                  Take all: {remoteLabel.toLowerCase()}
                </Button>
              </>
            )}
            <Button
              size="xs"
              variant="default"
              disabled={state.past.length === 0}
              onClick={() => become(undo(now.current))}
            >
              Undo
            </Button>
            <Button
              size="xs"
              variant="default"
              disabled={state.future.length === 0}
              onClick={() => become(redo(now.current))}
            >
              Redo
            </Button>
          </Group>
        </Group>
        {parts.length > 0 && <Keys />}
        {parts.slice(0, shown).map((part, index) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: notes which hunk has the focus
          <div key={part} onFocus={() => setCurrent(index)}>
            <HunkCard
              hunk={state.document.parts[part] as MergeHunk}
              number={index + 1}
              count={parts.length}
              choice={state.now.choices[part] ?? null}
              localLabel={localLabel}
              remoteLabel={remoteLabel}
              current={index === current}
              onChoose={(choice) => become(choose(now.current, part, choice))}
              onShow={() => showInResult(index)}
            />
          </div>
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
            onEdit={(_text, changes) => become(editText(now.current, changes, Date.now()))}
            ownHistory={{ undo: () => become(undo(now.current)), redo: () => become(redo(now.current)) }}
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

const Keys = () => (
  <Text size="xs" visibleFrom="sm">
    With a conflict focused: <Kbd size="xs">J</Kbd> next, <Kbd size="xs">K</Kbd> previous, <Kbd size="xs">1</Kbd> local,{' '}
    <Kbd size="xs">2</Kbd> remote, <Kbd size="xs">3</Kbd> or <Kbd size="xs">4</Kbd> both, <Kbd size="xs">5</Kbd> base,{' '}
    <Kbd size="xs">E</Kbd> edit by hand, <Kbd size="xs">Ctrl</Kbd>+<Kbd size="xs">Z</Kbd> undo
  </Text>
);
