import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { type GivenHunk, mergeDocument } from './merge-document.ts';
import type { HunkMergeProps } from './merge-props.ts';
import { editText, type MergeState, openHunks, plainOf, serverChoices, startMerge, textOf } from './merge-state.ts';
import { pickedOf, resumeMerge } from './resume-merge.ts';
import { changesBetween } from './text-diff.ts';
import { openText } from './text-shape.ts';
import { remembered } from './told-values.ts';

/** The state of a merge, told to its owner after each step. What was decided outlives other sides and other renders. */
export function useMerge(props: HunkMergeProps) {
  const { base, local, remote, suggested, hunks, value } = props;
  const hunksKey = JSON.stringify(hunks ?? null);
  const document = useMemo(
    () => mergeDocument({ base, local, remote }, suggested, JSON.parse(hunksKey) as GivenHunk[] | null),
    [base, local, remote, suggested, hunksKey],
  );
  const [state, setState] = useState(() =>
    props.begin ? resumeMerge(document, props.begin, props.value) : startMerge(document),
  );
  const now = useRef(state);
  const latest = useRef(props);
  const told = useRef<(string | null)[]>([]);
  const begun = useRef(false);

  useLayoutEffect(() => {
    latest.current = props;
  });

  const tell = useCallback((next: MergeState) => {
    const text = textOf(next);
    const unresolved = openHunks(next);
    told.current = remembered(told.current, text);
    latest.current.onChange(text, { text, unresolved, choices: serverChoices(next), picked: pickedOf(next) });
    latest.current.onUnresolved?.(unresolved);
  }, []);
  const become = useCallback(
    (step: (state: MergeState) => MergeState) => {
      const next = step(now.current);
      if (next === now.current) return;
      now.current = next;
      setState(next);
      tell(next);
    },
    [tell],
  );
  const start = useCallback(() => become(() => startMerge(document)), [become, document]);

  useEffect(() => {
    if (now.current.document !== document && now.current.past.length === 0) start();
    else if (!begun.current) tell(now.current);
    begun.current = true;
  }, [document, start, tell]);

  useEffect(() => {
    if (value === undefined || value === null || told.current.includes(value)) return;
    if (now.current.past.length === 0 && (value === '' || value === latest.current.suggested)) return;
    become((state) => {
      const plain = plainOf(state);
      return plain === null ? state : editText(state, changesBetween(plain, openText(value).plain), Date.now());
    });
  }, [value, become]);

  /** Whether the sides are others than those that are being decided about. */
  const moved = state.document !== document;
  return { state, now, become, start, moved };
}
