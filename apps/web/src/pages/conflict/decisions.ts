import type { Conflict, HunkChoice } from '@ratchet/contract/entities/conflict';
import type { InputOf } from '../../api/queries.ts';
import { type ConflictFile, isDeletion, kindOf } from './conflict-words.ts';

type Choice = HunkChoice;
export type Way = 'merge' | 'take_local' | 'take_remote' | 'manual';

/** What was decided of one file. */
export interface FileDecision {
  /** Its text so far; null: it is removed. Undefined: it is not text, and only the choice says what becomes of it. */
  readonly text: string | null | undefined;
  /** Places that are open still. */
  readonly unresolved: number;
  /** As the server takes them; null: something is open, or only the text says what was decided. */
  readonly choices: Readonly<Record<string, Choice>> | null;
  /** What was chosen place by place, as the editor of the file takes it up again. */
  readonly picked: Readonly<Record<string, string>>;
  /** Whether values or lines were decided, where both can be. */
  readonly by: 'lines' | 'values';
  /** Its sides changed after it was decided: its places may have other names now, and only its text holds. */
  readonly moved?: boolean;
}

/** Everything that was decided of a conflict. It is a value that can be kept as JSON. */
export interface Decisions {
  readonly way: Way;
  /** The conflict as it was when this began. */
  readonly revision: number;
  readonly begun: readonly ConflictFile[];
  readonly files: Readonly<Record<string, FileDecision>>;
  /** Texts written by hand, for the way `manual`, and of files that fit together by themselves. null: removed. */
  readonly written: Readonly<Record<string, string | null>>;
}

export const begin = (conflict: Conflict): Decisions => ({
  way: isDeletion(conflict) ? (conflict.conflictType === 'local_deleted' ? 'take_remote' : 'take_local') : 'merge',
  revision: conflict.revision,
  begun: conflict.files,
  files: {},
  written: {},
});

export const isDecided = (file: ConflictFile, { files }: Decisions): boolean =>
  file.hunks.length === 0 || files[file.path]?.unresolved === 0;

/** Places that are open in a file, as far as was decided. */
export const openIn = (file: ConflictFile, { files }: Decisions): number =>
  files[file.path]?.unresolved ?? file.hunks.length;

/** Files that need a text when everything is written by hand. */
export const toWrite = (conflict: Conflict): ConflictFile[] =>
  conflict.files.filter((file) =>
    isDeletion(conflict)
      ? (file.local ?? file.remote) !== null
      : kindOf(file) !== 'settled' && kindOf(file) !== 'whole',
  );

/** What is written of a file before anything is: what was decided, else what is here, else what is upstream. */
export const writtenOf = (file: ConflictFile, decisions: Decisions): string | null => {
  const given = decisions.written[file.path];
  if (given !== undefined) return given;
  return decisions.files[file.path]?.text ?? file.local ?? file.remote;
};

/** What keeps the decision from being saved; null: nothing does. */
export function missing(conflict: Conflict, decisions: Decisions): string | null {
  const { way } = decisions;
  if (way === 'take_local' || way === 'take_remote') return null;
  const open = conflict.files.filter((file) => !isDecided(file, decisions));
  if (way === 'merge') {
    const places = open.reduce((count, file) => count + openIn(file, decisions), 0);
    if (places === 0) return null;
    return `${places === 1 ? '1 place is' : `${places} places are`} open in ${open.map(({ path }) => path).join(', ')}.`;
  }
  const whole = open.filter((file) => kindOf(file) === 'whole');
  if (whole.length > 0) return `Choose a side for ${whole.map(({ path }) => path).join(', ')}.`;
  const texts = toWrite(conflict).map((file) => writtenOf(file, decisions));
  return isDeletion(conflict) && texts.every((text) => text === null)
    ? 'Nothing is left of it: delete it instead.'
    : null;
}

type Resolve = InputOf<'conflicts', 'resolve'>;

/**
 * The decision as the server takes it: choices by place where they say it all, else the text itself, which is then saved as it
 * was shown.
 */
export function resolveInput(conflict: Conflict, decisions: Decisions): Resolve {
  const { id, revision } = conflict;
  const { way, files, written } = decisions;
  if (way === 'take_local' || way === 'take_remote') return { id, resolution: way, expectedRevision: revision };
  const texts: Record<string, string | null> = {};
  const choices: Record<string, Record<string, Choice>> = {};
  for (const file of conflict.files) {
    const decision = files[file.path];
    const kind = kindOf(file);
    const byHand = written[file.path];
    if (kind === 'whole') {
      if (decision?.choices) choices[file.path] = { ...decision.choices };
    } else if (way === 'manual' && toWrite(conflict).includes(file)) texts[file.path] = writtenOf(file, decisions);
    else if (byHand !== undefined && kind === 'settled') texts[file.path] = byHand;
    else if (decision && kind !== 'settled') {
      if (decision.choices && !decision.moved) choices[file.path] = { ...decision.choices };
      else if (decision.text !== undefined) texts[file.path] = decision.text;
    }
  }
  const manual = way === 'manual' || Object.keys(texts).length > 0;
  return {
    id,
    resolution: manual ? 'manual' : 'merge',
    expectedRevision: revision,
    ...(manual ? { files: texts } : {}),
    ...(Object.keys(choices).length > 0 ? { choices } : {}),
  };
}

/** What a file will be: its text, null for none, undefined where it is not text. */
export function resultOf(file: ConflictFile, conflict: Conflict, decisions: Decisions): string | null | undefined {
  const { way, files, written } = decisions;
  const deletion = isDeletion(conflict);
  if (way === 'take_local') return textOfSide(file, 'local', deletion && conflict.conflictType === 'local_deleted');
  if (way === 'take_remote') return textOfSide(file, 'remote', deletion && conflict.conflictType === 'remote_deleted');
  if (way === 'manual' && toWrite(conflict).includes(file)) return writtenOf(file, decisions);
  const byHand = written[file.path];
  if (byHand !== undefined) return byHand;
  const kind = kindOf(file);
  if (kind === 'whole') return undefined;
  if (kind !== 'settled') return files[file.path]?.text ?? file.local;
  if (file.merged !== null) return file.merged;
  // Nothing is merged of a file that one side removed, nor of one that is not text.
  return removedBy(file) ? null : undefined;
}

function textOfSide(file: ConflictFile, side: 'local' | 'remote', gone: boolean): string | null | undefined {
  if (gone) return null;
  const text = file[side];
  if (text !== null) return text;
  return file.state === `${side}_deleted` || removedBy(file) === side ? null : undefined;
}

/** Which side removed a file that the other left alone; null: none, as far as its texts tell. */
function removedBy({ state, base, local, remote }: ConflictFile): 'local' | 'remote' | null {
  if (state === 'local_only' && local === null && base !== null) return 'local';
  if (state === 'remote_only' && remote === null && base !== null) return 'remote';
  // It is new on one side: the other never had it.
  if (state === 'local_only' && local !== null && base === null && remote === null) return 'remote';
  if (state === 'remote_only' && remote !== null && base === null && local === null) return 'local';
  return null;
}

/** Files of which a side is not what it was when the decisions began. */
export const movedFiles = (conflict: Conflict, { begun }: Decisions): string[] =>
  conflict.files.filter((file) => isOther(file, begun)).map(({ path }) => path);

function isOther(file: ConflictFile, begun: readonly ConflictFile[]): boolean {
  const was = begun.find(({ path }) => path === file.path);
  return !was || was.local !== file.local || was.remote !== file.remote || was.base !== file.base;
}

/** Whether a file was decided about other sides than it has now. */
export const hasMoved = (file: ConflictFile, { begun, files }: Decisions): boolean =>
  files[file.path]?.moved === true || isOther(file, begun);

/** Goes on with what was decided, on top of the conflict as it is now. */
export function goOn(conflict: Conflict, decisions: Decisions): Decisions {
  const moved = new Set(movedFiles(conflict, decisions));
  const files = Object.fromEntries(
    Object.entries(decisions.files)
      .filter(([path]) => conflict.files.some((file) => file.path === path))
      .map(([path, decision]) => [path, moved.has(path) ? { ...decision, moved: true, choices: null } : decision]),
  );
  return { ...decisions, files, revision: conflict.revision, begun: conflict.files };
}
