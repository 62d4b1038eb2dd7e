import type { Draft } from './draft-state.ts';

/** What somebody else made of a part that we edited. */
export interface Theirs {
  /** null: it is gone. */
  readonly text: string | null;
  readonly binary?: boolean;
}

/** Whether both changed a text, each in another way. */
export const needsMerge = (draft: Draft | undefined, theirs: Theirs | undefined): boolean =>
  draft !== undefined &&
  theirs !== undefined &&
  !theirs.binary &&
  theirs.text !== draft.base &&
  theirs.text !== draft.text;
