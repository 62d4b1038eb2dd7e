import { Alert, Group, Stack, Text, Title } from '@mantine/core';
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { EditorCore } from './editor-core.tsx';
import { MemberNode } from './member-node.tsx';
import { StepButton } from './step-button.tsx';
import {
  type MemberChoices,
  type MemberSide,
  memberTree,
  type StructuredDocument,
  type StructuredSides,
  structuredDocument,
  structuredText,
  type ValueHunk,
} from './structured-state.ts';

export interface MemberChoice {
  /** The server's name of the hunk. */
  readonly id: string;
  /** RFC 6901. */
  readonly pointer: string;
  readonly choice: MemberSide;
}

export interface StructuredResult {
  /** The file with these choices, in the formatting it has; null: it cannot be written here, only the choices say it. */
  readonly text: string | null;
  readonly unresolved: number;
  /** For the resolution `merge`, by hunk; null: something is open. */
  readonly choices: MemberChoices | null;
  readonly members: readonly MemberChoice[];
}

export interface StructuredMergeProps extends StructuredSides {
  /** The server's suggestion, which has the local value wherever a member is open. */
  readonly suggested?: string | null | undefined;
  /** The server's hunks of values. Left out: the three texts are compared here, as JSON. */
  readonly hunks?: readonly ValueHunk[] | null | undefined;
  readonly localLabel: string;
  readonly remoteLabel: string;
  /** What was chosen before, by hunk: a merge that was left goes on. Looked at once. */
  readonly begin?: MemberChoices | undefined;
  /** Told at first and after each choice. */
  readonly onChange: (result: StructuredResult) => void;
}

const mostSteps = 500;

interface State {
  readonly document: StructuredDocument | null;
  readonly choices: MemberChoices;
  readonly past: readonly MemberChoices[];
  readonly future: readonly MemberChoices[];
}

/** Decides a JSON or YAML file value by value. */
export default function StructuredMerge(props: StructuredMergeProps) {
  const { base, local, remote, suggested, localLabel, remoteLabel } = props;
  const hunksKey = JSON.stringify(props.hunks ?? null);
  const document = useMemo(
    () => structuredDocument({ base, local, remote }, suggested, JSON.parse(hunksKey) as ValueHunk[] | null),
    [base, local, remote, suggested, hunksKey],
  );
  const [state, setState] = useState<State>(() => {
    const known = new Set(document?.members.map(({ id }) => id));
    const begun = Object.entries(props.begin ?? {}).filter(([id]) => known.has(id));
    return { document, choices: Object.fromEntries(begun), past: begun.length > 0 ? [{}] : [], future: [] };
  });
  const latest = useRef(props);
  const root = useRef<HTMLDivElement>(null);
  const { choices } = state;
  useLayoutEffect(() => {
    latest.current = props;
  });

  const start = useCallback(() => setState({ document, choices: {}, past: [], future: [] }), [document]);
  const moved = state.document !== document;
  useEffect(() => {
    if (moved && state.past.length === 0) start();
  }, [moved, state.past.length, start]);

  const decided = useMemo(() => resultOf(state.document, choices), [state.document, choices]);
  useEffect(() => latest.current.onChange(decided), [decided]);

  const choose = useCallback(
    (ids: readonly string[], side: MemberSide) =>
      setState((was) => {
        if (ids.every((id) => was.choices[id] === side)) return was;
        const next = { ...was.choices, ...Object.fromEntries(ids.map((id) => [id, side])) };
        return { ...was, choices: next, past: [...was.past.slice(1 - mostSteps), was.choices], future: [] };
      }),
    [],
  );
  const undo = () =>
    setState((was) => {
      const last = was.past.at(-1);
      if (!last) return was;
      return { ...was, choices: last, past: was.past.slice(0, -1), future: [was.choices, ...was.future] };
    });
  const redo = () =>
    setState((was) => {
      const [next, ...future] = was.future;
      return next ? { ...was, choices: next, past: [...was.past, was.choices], future } : was;
    });

  const tree = useMemo(() => memberTree(state.document?.members ?? []), [state.document]);
  if (!state.document)
    return (
      <Alert color="gray" variant="light" title="These texts cannot be compared value by value">
        One of them is not valid JSON. Decide the file line by line.
      </Alert>
    );
  const { members, settled } = state.document;
  const all = members.map((member) => member.id);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const target = event.target as HTMLElement;
    if (target.closest('.cm-editor') || event.altKey) return;
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (key !== 'z' && key !== 'y') return;
      (key === 'y' || event.shiftKey ? redo : undo)();
    } else if ('jnkp'.includes(key)) focusMember(root.current, target, key === 'j' || key === 'n' ? 1 : -1);
    else if (key === '1' || key === '2') {
      const id = target.closest<HTMLElement>('[data-member]')?.dataset.member;
      if (id === undefined) return;
      choose([id], key === '1' ? 'local' : 'remote');
    } else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys that repeat what its buttons and radio buttons do
    <div ref={root} onKeyDown={onKeyDown}>
      <Stack gap="sm">
        {moved && (
          <Alert color="gray" variant="light" title="The two sides changed since you started" role="alert">
            <Text size="sm" mb="xs">
              Your choices are kept below. Start over to decide about the sides as they are now.
            </Text>
            <StepButton
              onClick={() => {
                start();
                requestAnimationFrame(() => focusMember(root.current, null, 1));
              }}
            >
              Start over
            </StepButton>
          </Alert>
        )}
        <Group justify="space-between" gap="xs">
          <Text size="sm" fw={600} role="status">
            {summary(members.length, decided.unresolved)}
          </Text>
          <Group gap="xs">
            {members.length > 0 && (
              <>
                <StepButton onClick={() => choose(all, 'local')}>{`Take all: ${localLabel.toLowerCase()}`}</StepButton>
                <StepButton
                  onClick={() => choose(all, 'remote')}
                >{`Take all: ${remoteLabel.toLowerCase()}`}</StepButton>
              </>
            )}
            <StepButton off={state.past.length === 0} onClick={undo}>
              Undo
            </StepButton>
            <StepButton off={state.future.length === 0} onClick={redo}>
              Redo
            </StepButton>
          </Group>
        </Group>
        {settled.length > 0 && (
          <Text size="sm">
            Taken from {remoteLabel.toLowerCase()}, where it alone changed: {settled.join(', ')}
          </Text>
        )}
        {tree.map((node) => (
          <MemberNode
            key={node.pointer}
            node={node}
            choices={choices}
            localLabel={localLabel}
            remoteLabel={remoteLabel}
            onChoose={choose}
          />
        ))}
        <Title order={3} size="h5">
          Result
        </Title>
        {decided.text === null ? (
          <Alert color="gray" variant="light" title="The text is written when the conflict is resolved">
            Your choices are kept. How the file reads with them cannot be shown before.
          </Alert>
        ) : (
          <EditorCore
            value={decided.text}
            label="Result of the merge"
            language={isJson(decided.text) ? 'json' : 'yaml'}
            maxHeight={360}
            readOnly
          />
        )}
      </Stack>
    </div>
  );
}

const isJson = (text: string): boolean => /^\uFEFF?\s*[[{"]/.test(text);

function resultOf(document: StructuredDocument | null, choices: MemberChoices): StructuredResult {
  const members = document?.members ?? [];
  const made = members.flatMap(({ id, pointer }) => (choices[id] ? [{ id, pointer, choice: choices[id] }] : []));
  const unresolved = members.length - made.length;
  return {
    text: document ? structuredText(document, choices) : null,
    unresolved,
    choices: document && unresolved === 0 ? choices : null,
    members: made,
  };
}

function summary(count: number, open: number): string {
  if (count === 0) return 'Nothing to decide: the changes of both sides fit together';
  if (open === 0) return count === 1 ? 'The value is decided' : `All ${count} values are decided`;
  return `${open} of ${count} ${count === 1 ? 'value' : 'values'} open`;
}

/** Moves the focus to the choices of the next or previous member. */
function focusMember(root: HTMLElement | null, from: HTMLElement | null, by: 1 | -1): void {
  const cards = [...(root?.querySelectorAll<HTMLElement>('[data-member]') ?? [])];
  const at = cards.findIndex((card) => card.contains(from));
  const card = cards[at === -1 ? 0 : Math.max(0, Math.min(at + by, cards.length - 1))];
  (card?.querySelector<HTMLInputElement>('input:checked') ?? card?.querySelector('input'))?.focus();
}
