import type { MergeDocument, MergeHunk } from './merge-document.ts';
import {
  choicesFor,
  choose,
  editText,
  hunkParts,
  type MergeChoice,
  type MergeState,
  plainOf,
  startMerge,
} from './merge-state.ts';
import { changesBetween } from './text-diff.ts';
import { openText } from './text-shape.ts';

/** What is chosen, by hunk; hunks that are open are left out. */
export function pickedOf({ document, now }: MergeState): Record<string, MergeChoice> {
  return Object.fromEntries(
    hunkParts(document).flatMap((part) => {
      const choice = now.choices[part];
      return choice ? [[(document.parts[part] as MergeHunk).id, choice]] : [];
    }),
  );
}

/** A merge as it was left: what was chosen by hunk, and the text that was read then. It can be undone to where it began. */
export function resumeMerge(
  document: MergeDocument,
  picked: Readonly<Record<string, string>>,
  text: string | null | undefined,
): MergeState {
  const chosen = hunkParts(document).flatMap((part) => {
    const hunk = document.parts[part] as MergeHunk;
    const choice = choicesFor(hunk).find((one) => one === picked[hunk.id]);
    return choice ? [{ part, choice }] : [];
  });
  let state = startMerge(document);
  for (const { part, choice } of chosen) if (choice !== 'hand') state = choose(state, part, choice);
  const plain = plainOf(state);
  if (typeof text === 'string' && plain !== null)
    state = editText(state, changesBetween(plain, openText(text).plain), Date.now());
  for (const { part, choice } of chosen) if (choice === 'hand') state = choose(state, part, 'hand');
  return state;
}
