import type { MergeDocument, MergeHunk } from './merge-document.ts';
import type { TextChange } from './text-diff.ts';
import { closeText } from './text-shape.ts';

export type MergeChoice = 'local' | 'remote' | 'local-remote' | 'remote-local' | 'base' | 'hand';
/** What the server understands, by hunk. */
export type ServerChoice = 'local' | 'remote' | 'both';

interface Snapshot {
  /** What each part of the document reads now; null: the file is removed. */
  readonly texts: readonly (string | null)[];
  /** By part; null: open, or no hunk. */
  readonly choices: readonly (MergeChoice | null)[];
  /** What was last written by hand in each part, kept while another choice is tried. */
  readonly hands: readonly (string | null)[];
  readonly finalNewline: boolean;
  /** Whether settled text was edited. */
  readonly settledEdited: boolean;
  /** When it came to be by typing; edits soon after each other are undone together. */
  readonly typedAt: number | null;
}

/** The decisions made over a document. Values, never changed in place. */
export interface MergeState {
  readonly document: MergeDocument;
  readonly now: Snapshot;
  readonly past: readonly Snapshot[];
  readonly future: readonly Snapshot[];
}

/** How many steps can be undone. */
const mostSteps = 500;
const typedTogetherMs = 700;

export function startMerge(document: MergeDocument): MergeState {
  const now: Snapshot = {
    texts: document.parts.map((part) => (typeof part === 'string' ? part : part.local)),
    choices: document.parts.map(() => null),
    hands: document.parts.map(() => null),
    finalNewline: document.shape.finalNewline,
    settledEdited: false,
    typedAt: null,
  };
  return { document, now, past: [], future: [] };
}

/** What a hunk reads with a choice; null: nothing, the file is removed. */
export function chosenText(hunk: MergeHunk, choice: Exclude<MergeChoice, 'hand'>): string | null {
  if (choice === 'local') return hunk.local;
  if (choice === 'remote') return hunk.remote;
  if (choice === 'base') return hunk.base;
  const [first, second] = choice === 'local-remote' ? [hunk.local, hunk.remote] : [hunk.remote, hunk.local];
  return (first ?? '') + (second ?? '');
}

/** The choices that mean something for a hunk, in the order they are offered. */
export function choicesFor(hunk: MergeHunk): readonly MergeChoice[] {
  const whole = hunk.local === null || hunk.remote === null;
  return [
    'local',
    'remote',
    ...(whole ? [] : (['local-remote', 'remote-local'] as const)),
    ...(hunk.base === null ? [] : (['base'] as const)),
    'hand',
  ];
}

/** Chooses for the hunk that is this part of the document. */
export function choose(state: MergeState, part: number, choice: MergeChoice): MergeState {
  return chooseMany(state, [part], choice);
}

/** The same choice for every hunk, those decided by hand included: their text comes back with the choice `hand`. */
export function chooseAll(state: MergeState, choice: 'local' | 'remote'): MergeState {
  return chooseMany(state, hunkParts(state.document), choice);
}

function chooseMany(state: MergeState, parts: readonly number[], choice: MergeChoice): MergeState {
  const { now, document } = state;
  const changing = parts.filter((part) => now.choices[part] !== choice && typeof document.parts[part] === 'object');
  if (changing.length === 0) return state;
  const [texts, choices, hands] = [[...now.texts], [...now.choices], [...now.hands]];
  for (const part of changing) {
    const hunk = document.parts[part] as MergeHunk;
    if (now.choices[part] === 'hand') hands[part] = now.texts[part] ?? null;
    choices[part] = choice;
    texts[part] =
      choice === 'hand'
        ? (hands[part] ?? now.texts[part] ?? hunk.local ?? hunk.remote ?? '')
        : chosenText(hunk, choice);
  }
  return step(state, { ...now, texts, choices, hands, typedAt: null });
}

/** The indexes of the document's parts that are hunks. */
export const hunkParts = (document: MergeDocument): number[] =>
  document.parts.flatMap((part, index) => (typeof part === 'string' ? [] : [index]));

export const openHunks = ({ document, now }: MergeState): number =>
  hunkParts(document).filter((part) => now.choices[part] === null).length;

/** The text as an editor holds it: LF, no BOM; null: the file is removed. */
export function plainOf({ now }: MergeState): string | null {
  if (now.texts.some((text) => text === null)) return null;
  const joined = now.texts.join('');
  return now.finalNewline || !joined.endsWith('\n') ? joined : joined.slice(0, -1);
}

/** The text with the line ends and BOM of the file; null: the file is removed. */
export function textOf(state: MergeState): string | null {
  const plain = plainOf(state);
  return plain === null ? null : closeText(plain, state.document.shape);
}

/** Where each part stands in the editor's text. */
export function rangesOf(state: MergeState): { readonly from: number; readonly to: number }[] {
  const length = plainOf(state)?.length ?? 0;
  let at = 0;
  return state.now.texts.map((text) => {
    const from = at;
    at += text?.length ?? 0;
    return { from: Math.min(from, length), to: Math.min(at, length) };
  });
}

/**
 * Applies edits of the editor's text, given in its positions before any of them and in order. Hunks whose text they touch
 * are decided by hand. `at` is a time in milliseconds.
 */
export function editText(state: MergeState, changes: readonly TextChange[], at: number): MergeState {
  const { now, document } = state;
  if (changes.length === 0) return state;
  const texts = now.texts.map((text) => text ?? '');
  const joined = texts.join('');
  const touched = new Set<number>();
  const starts: number[] = [];
  let position = 0;
  for (const text of texts) {
    starts.push(position);
    position += text.length;
  }
  for (const { from, to, insert } of [...changes].reverse()) {
    const home = homeOf(state, starts, from);
    for (let part = texts.length - 1; part >= 0; part--) {
      const start = starts[part] ?? 0;
      const length = now.texts[part]?.length ?? 0;
      const cut = { from: Math.max(from - start, 0), to: Math.min(to - start, length) };
      const cuts = cut.to > cut.from;
      if (!cuts && part !== home) continue;
      if (!cuts && insert === '') continue;
      const text = texts[part] ?? '';
      const keepTo = cuts ? cut.to : cut.from;
      texts[part] = text.slice(0, cut.from) + (part === home ? insert : '') + text.slice(keepTo);
      touched.add(part);
    }
  }
  const choices = [...now.choices];
  const hands = [...now.hands];
  let settledEdited = now.settledEdited;
  for (const part of touched) {
    if (typeof document.parts[part] === 'string') settledEdited = true;
    else {
      choices[part] = 'hand';
      hands[part] = texts[part] ?? null;
    }
  }
  const next: Snapshot = {
    texts,
    choices,
    hands,
    // A text that does not end in the newline that is hidden shows all there is.
    finalNewline: now.finalNewline || !joined.endsWith('\n'),
    settledEdited,
    typedAt: at,
  };
  const together = now.typedAt !== null && at - now.typedAt < typedTogetherMs && state.past.length > 0;
  return together ? { ...state, now: next, future: [] } : step(state, next);
}

/** The part that text put at a position belongs to: an undecided or hand-written hunk that is empty there, else what begins there. */
function homeOf({ document, now }: MergeState, starts: readonly number[], position: number): number {
  let home = 0;
  for (const [part, start] of starts.entries()) {
    if (start > position) break;
    const empty = (now.texts[part] ?? '') === '';
    const choice = now.choices[part];
    if (start === position && empty && typeof document.parts[part] === 'object')
      if (choice === null || choice === 'hand') return part;
    if (!empty || start === 0) home = part;
  }
  return home;
}

function step(state: MergeState, now: Snapshot): MergeState {
  return { ...state, now, past: [...state.past.slice(-(mostSteps - 1)), state.now], future: [] };
}

export function undo(state: MergeState): MergeState {
  const last = state.past.at(-1);
  if (!last) return state;
  return {
    ...state,
    now: { ...last, typedAt: null },
    past: state.past.slice(0, -1),
    future: [state.now, ...state.future],
  };
}

export function redo(state: MergeState): MergeState {
  const [next, ...future] = state.future;
  if (!next) return state;
  return { ...state, now: { ...next, typedAt: null }, past: [...state.past, state.now], future };
}

/** The choices as the server takes them by hunk; null: something is open, or only the text itself says what was decided. */
export function serverChoices({ document, now }: MergeState): Record<string, ServerChoice> | null {
  if (now.settledEdited) return null;
  const choices: Record<string, ServerChoice> = {};
  for (const part of hunkParts(document)) {
    const choice = now.choices[part];
    if (choice !== 'local' && choice !== 'remote' && choice !== 'local-remote') return null;
    choices[(document.parts[part] as MergeHunk).id] = choice === 'local-remote' ? 'both' : choice;
  }
  return choices;
}
