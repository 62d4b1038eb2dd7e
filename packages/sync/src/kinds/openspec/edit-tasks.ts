import { isStorable } from '../task/json-value.ts';
import { byteAt, byteLines, spliceBytes } from './byte-lines.ts';
import { hasTerminator } from './markdown.ts';
import { type NewTask, placeTask } from './place-task.ts';
import { type ReadTask, readTasks, type TaskList } from './read-tasks.ts';
import { blockEnd } from './task-block.ts';
import { numberOf } from './task-line.ts';

/** Why a list of tasks is left as it is. */
export type TaskEditRefusal = 'no_such_task' | 'invalid_text' | 'invalid_group' | 'does_not_read_back';

export type TaskEdit =
  | {
      /** The file with the edit; null: it is so already. */
      readonly bytes: Uint8Array | null;
      /** Position of the task that was edited or added, from 0; null: it was removed. */
      readonly n: number | null;
    }
  /** The message says what to do next. */
  | { readonly refused: TaskEditRefusal; readonly message: string };

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** The tasks of a file, whatever its bytes are. */
export const readTaskBytes = (bytes: Uint8Array): TaskList => readTasks(decoder.decode(bytes));

/**
 * Ticks a task or takes the tick away. Exactly one byte changes, and none where it is so already; but that an empty box `[]`
 * grows by the sign, a sign of several bytes gives way whole, and `[ ](` needs a blank behind it so as not to become a link.
 * @param n position among all tasks, from 0
 */
export function setTaskDone(bytes: Uint8Array, n: number, done: boolean): TaskEdit {
  const list = readTaskBytes(bytes);
  const task = list.tasks[n];
  if (!task) return noSuchTask(list, n);
  if (task.done === done) return { bytes: null, n };
  const line = list.lines[task.at] ?? '';
  const { boxFrom, boxTo, mayBeLink } = task.scan;
  const inside = line.slice(boxFrom + 1, boxTo);
  const sign = inside.search(/\S/);
  const at = boxFrom + 1 + (sign >= 0 ? sign : Math.max(0, inside.indexOf(' ')));
  const length = inside === '' ? 0 : 1;
  const ticked = replaceInLine(bytes, task, at, at + length, done ? 'x' : ' ');
  if (!done || mayBeLink || !/[([]/.test(line.charAt(boxTo + 1)))
    return checked(list, ticked, n, (tasks) => tasks.with(n, { ...task, done }));
  const spaced = replaceInLine(ticked, task, boxTo + 1, boxTo + 1, ' ');
  return checked(list, spaced, n, (tasks) => tasks.with(n, { ...task, done }));
}

/** Puts another text in the place of a task's, which keeps its number; further lines of the task stay. */
export function setTaskText(bytes: Uint8Array, n: number, text: string): TaskEdit {
  const list = readTaskBytes(bytes);
  const task = list.tasks[n];
  if (!task) return noSuchTask(list, n);
  const fault = faultOf(text);
  if (fault) return { refused: 'invalid_text', message: fault };
  const wanted = text.trim();
  if (task.text === wanted) return { bytes: null, n };

  const line = list.lines[task.at] ?? '';
  const { boxTo, textFrom, textTo } = task.scan;
  const written = line.slice(textFrom, textTo);
  const numbered = numberOf(written)?.length ?? 0;
  const from = textTo - written.slice(numbered).trimStart().length;
  const lead = (at: number) => at + (/^[ \t]*/.exec(line.slice(at))?.[0].length ?? 0);
  const empty = from === textTo;
  const start = empty ? lead(numbered > 0 ? textFrom + numbered : boxTo + 1) : from;
  const glued = empty ? !/[ \t]/.test(line.charAt(start - 1)) : start === boxTo + 1 && /^[([]/.test(wanted);
  const edited = replaceInLine(bytes, task, start, empty ? start : textTo, (glued ? ' ' : '') + wanted);
  const raw = numbered > 0 ? `${written.slice(0, numbered)} ${wanted}` : wanted;
  return checked(list, edited, n, (tasks) => tasks.with(n, { ...task, ...readBack(raw, task.scan.mark) }));
}

/**
 * Adds a task in the form of those beside it: bullet, indentation, line ending, blank lines between, and the next number that is free.
 * Behind `after` with all that belongs to that; else at the end of the group, which is made where there is none; else at the
 * end of the list. A file without a final newline stays so.
 */
export function addTask(bytes: Uint8Array, { text, after, group, done = false }: NewTask): TaskEdit {
  const list = readTaskBytes(bytes);
  if (after !== undefined && !list.tasks[after]) return noSuchTask(list, after);
  const fault = faultOf(text);
  if (fault) return { refused: 'invalid_text', message: fault };
  if (group !== undefined && (group.trim() === '' || hasTerminator(group) || !isStorable(group)))
    return { refused: 'invalid_group', message: 'A group is the text of a heading: one line, not blank.' };

  const { at, lines, ending, n, raw, mark, title } = placeTask(list, {
    text: text.trim(),
    after,
    group: group?.trim(),
    done,
  });
  const all = byteLines(bytes);
  const into = all[at];
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const from = into ? Math.max(into.from, marked ? 3 : 0) : bytes.length;
  const written = lines.map((line) => (into ? line + ending : ending + line)).join('');
  const edited = spliceBytes(bytes, { from, to: from, bytes: encoder.encode(written) });
  const added: Expected = { ...readBack(raw, mark), done, group: title };
  return checked(list, edited, n, (tasks) => [...tasks.slice(0, n), added, ...tasks.slice(n)]);
}

/** Removes a task with what is nested below it. Lines that go on without indentation stay, as blank lines do. */
export function removeTask(bytes: Uint8Array, n: number): TaskEdit {
  const list = readTaskBytes(bytes);
  const task = list.tasks[n];
  if (!task) return noSuchTask(list, n);
  const end = blockEnd(list, task, false);
  const lines = byteLines(bytes);
  const marked = task.at === 0 && bytes[0] === 0xef ? 3 : 0;
  let from = (lines[task.at]?.from ?? 0) + marked;
  const to = lines[end]?.from ?? bytes.length;
  if (end >= lines.length && task.at > 0) {
    // The file had no final newline: what is the last line now has none either.
    from--;
    if (bytes[from - 1] === 13) from--;
  }
  const edited = spliceBytes(bytes, { from, to, bytes: new Uint8Array() });
  return checked(list, edited, null, (tasks) => tasks.filter((one) => one.at < task.at || one.at >= end));
}

type Expected = Pick<ReadTask, 'number' | 'text' | 'done' | 'group'>;

/** What a text reads as: its number and the rest. */
function readBack(raw: string, mark: string): Pick<Expected, 'number' | 'text'> {
  const number = numberOf(raw);
  const ordered = /^\d/.test(mark) ? mark.slice(0, -1) : null;
  return { number: number?.number ?? ordered, text: number ? raw.slice(number.length).trim() : raw };
}

/** An edit stands only when the file reads back as it says, and all else of it as before. */
function checked(
  before: TaskList,
  edited: Uint8Array,
  n: number | null,
  wanted: (tasks: readonly ReadTask[]) => readonly Expected[],
): TaskEdit {
  const expected = wanted(before.tasks);
  const { tasks } = readTaskBytes(edited);
  const same = (one: Expected, other: Expected | undefined) =>
    other &&
    one.number === other.number &&
    one.text === other.text &&
    one.done === other.done &&
    one.group === other.group;
  if (tasks.length === expected.length && tasks.every((one, at) => same(one, expected[at])))
    return { bytes: edited, n };
  const message = 'The list would read differently elsewhere then, so edit the file as a whole.';
  return { refused: 'does_not_read_back', message };
}

/** Replaces units of a task's line. All other bytes stay, those that are no UTF-8 too. */
function replaceInLine(bytes: Uint8Array, task: ReadTask, from: number, to: number, text: string): Uint8Array {
  const start = byteLines(bytes)[task.at]?.from ?? 0;
  const first = byteAt(bytes, start, from);
  const last = byteAt(bytes, first, to - from);
  return spliceBytes(bytes, { from: first, to: last, bytes: encoder.encode(text) });
}

function faultOf(text: string): string | null {
  if (text.trim() === '') return 'A task needs a text.';
  if (hasTerminator(text.trim())) return 'The text of a task is one line; take the line breaks out.';
  return isStorable(text) ? null : 'The text holds characters that cannot be stored; take them out.';
}

function noSuchTask({ tasks }: TaskList, n: number): TaskEdit {
  const there = tasks.length === 0 ? 'The list has no tasks.' : `The list has tasks 0 to ${tasks.length - 1}.`;
  return { refused: 'no_such_task', message: `There is no task ${n}. ${there} Read it again, it may have changed.` };
}
