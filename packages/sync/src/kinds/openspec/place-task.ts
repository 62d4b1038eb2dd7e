import { isBlank } from './markdown.ts';
import { nextNumber, numberIn } from './next-number.ts';
import type { ReadTask, TaskList } from './read-tasks.ts';
import { blockEnd } from './task-block.ts';

export interface NewTask {
  /** One line. */
  readonly text: string;
  /** Position of the task that it follows, from 0. Left out: the last one, of the group. */
  readonly after?: number | undefined;
  /** Heading that it goes under; `after` comes first. */
  readonly group?: string | undefined;
  readonly done?: boolean | undefined;
}

export interface PlacedTask {
  /** Line that the new ones go before; as many as there are lines: behind the last one, which has no line ending. */
  readonly at: number;
  readonly lines: readonly string[];
  readonly ending: '\n' | '\r\n';
  /** Its position among the tasks. */
  readonly n: number;
  /** Its text with its number. */
  readonly raw: string;
  /** Its bullet. */
  readonly mark: string;
  /** The heading that it then stands under. */
  readonly title: string | null;
}

/** Where a new task goes, and how it is written there. */
export function placeTask(list: TaskList, { text, after, group, done }: NewTask): PlacedTask {
  const model = after === undefined ? undefined : list.tasks[after];
  const heading = model ? model.heading : group === undefined ? undefined : findGroup(list, group);
  const made = !model && group !== undefined && heading === -1;
  const beside = model ?? (made ? undefined : lastTask(list, heading));
  const pattern = beside ?? lastTask(list) ?? null;
  const title = made ? group : (list.headings[beside?.heading ?? heading ?? list.headings.length - 1]?.title ?? null);

  const at = beside ? blockEnd(list, beside, true) : sectionEnd(list, made ? undefined : heading);
  const spaced = beside ? isLoose(list, beside) : needsBlank(list, at);
  const raw = numbered(list, pattern, beside ? null : (title ?? ''), text);
  const mark = beside ? nextMark(list, beside) : (pattern?.scan.mark.replace(/^\d+/, '1') ?? '-');
  const line = writeLine(list, pattern, { inside: beside !== undefined, mark, raw, done: done === true });
  const lines = made ? [`${'#'.repeat(groupLevel(list))} ${group}`, '', line] : [line];
  const n = list.tasks.filter((task) => task.at < at).length;
  return {
    at,
    lines: spaced ? ['', ...lines] : lines,
    ending: endingAt(list, beside?.at ?? at - 1),
    n,
    raw,
    mark,
    title,
  };
}

/** Position of the heading that is meant: of these words, else of these words with a number before them; -1: none. */
function findGroup({ headings }: TaskList, group: string): number {
  const plain = (title: string) => title.replace(/^\d[\d.]*[.):]?\s+/, '').toLowerCase();
  const exact = headings.findLastIndex(({ title }) => title === group);
  return exact >= 0 ? exact : headings.findLastIndex(({ title }) => plain(title) === plain(group));
}

/** The last task, under one heading or anywhere, that others are modelled on: not nested, and not an example in code. */
function lastTask({ tasks }: TaskList, heading?: number): ReadTask | undefined {
  const candidates = tasks.filter((task) => !task.fenced && (heading === undefined || task.heading === heading));
  return candidates.findLast((task) => task.depth === 0) ?? candidates.at(-1);
}

/** The line behind the last one of a heading's section that is not blank; without a heading of the whole text. */
function sectionEnd({ lines, headings }: TaskList, heading: number | undefined): number {
  const to = heading === undefined ? lines.length : (headings[heading + 1]?.at ?? lines.length);
  let at = to;
  while (at > 0 && isBlank(lines[at - 1] ?? '')) at--;
  return at;
}

const needsBlank = ({ lines }: TaskList, at: number): boolean => at > 0 && !isBlank(lines[at - 1] ?? '');

/** Whether a blank line stands between a task and the one before it. */
function isLoose({ tasks, lines }: TaskList, task: ReadTask): boolean {
  const before = tasks.findLast((one) => one.at < task.at && one.depth === task.depth);
  return before?.heading === task.heading && isBlank(lines[task.at - 1] ?? '');
}

function groupLevel({ tasks, headings }: TaskList): number {
  const used = new Set(tasks.map(({ heading }) => heading));
  const groups = headings.filter((_, at) => used.has(at));
  return Math.max(2, (groups.at(-1) ?? headings.at(-1))?.level ?? 2);
}

function endingAt({ lines }: TaskList, at: number): '\n' | '\r\n' {
  const line = lines.slice(0, Math.max(1, Math.min(at + 1, lines.length - 1))).at(-1) ?? '';
  return lines.length > 1 && line.endsWith('\r') ? '\r\n' : '\n';
}

/** The text with the number that comes next, where its neighbours have one and it brings none. */
function numbered(list: TaskList, pattern: ReadTask | null, title: string | null, text: string): string {
  const model = pattern ? numberIn(list, pattern) : null;
  if (!model || numberIn(list, text)) return text;
  const next = nextNumber(list, model.number, title);
  return next === null ? text : `${model.before}${next}${model.behind} ${text}`;
}

interface Written {
  /** It stands beside its pattern, so that it is indented alike. */
  readonly inside: boolean;
  readonly mark: string;
  readonly raw: string;
  readonly done: boolean;
}

function writeLine(list: TaskList, pattern: ReadTask | null, { inside, mark, raw, done }: Written): string {
  const box = `[${done ? 'x' : ' '}]`;
  if (!pattern) return `${mark} ${box} ${raw}`;
  const line = list.lines[pattern.at] ?? '';
  const { markFrom, boxFrom, boxTo, textFrom } = pattern.scan;
  const blank = (text: string, otherwise: string) => (/^[ \t]+$/.test(text) ? text : otherwise);
  const indent = inside ? blank(line.slice(0, markFrom).replace(/^\uFEFF/, ''), '') : '';
  const gap = blank(line.slice(markFrom + pattern.scan.mark.length, boxFrom), ' ');
  return `${indent}${mark}${gap}${box}${blank(line.slice(boxTo + 1, textFrom), ' ')}${raw}`;
}

/** The bullet that follows: lists where every item is `1.` stay so. */
function nextMark({ tasks }: TaskList, task: ReadTask): string {
  const { mark } = task.scan;
  const value = Number.parseInt(mark, 10);
  if (Number.isNaN(value)) return mark;
  const before = tasks.findLast((one) => one.at < task.at && one.depth === task.depth && one.heading === task.heading);
  const next = before?.scan.mark === mark ? value : value + 1;
  return `${next > 999_999_999 ? value : next}${mark.slice(-1)}`;
}
