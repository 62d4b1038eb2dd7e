import type { OpenSpecTask } from './fields.ts';
import { type Fences, fencesOf, type Heading, headingOf, indentOf, isBlank, isListItem } from './markdown.ts';
import { numberOf, scanTaskLine, type TaskLine } from './task-line.ts';

export interface ReadTask extends OpenSpecTask {
  /** Its line, from 0. */
  readonly at: number;
  readonly indent: number;
  readonly scan: TaskLine;
  /** It stands in fenced code, and counts all the same. */
  readonly fenced: boolean;
  /** Position of the heading that it stands under, among all headings; -1: none. */
  readonly heading: number;
}

export interface ReadHeading extends Heading {
  /** Its line, from 0. */
  readonly at: number;
}

export interface TaskList {
  /** As split at `\n`: a carriage return stays at the end of its line, a byte order mark at the beginning of the first. */
  readonly lines: readonly string[];
  readonly tasks: readonly ReadTask[];
  readonly headings: readonly ReadHeading[];
  readonly fences: Fences;
}

/**
 * Reads a task list as OpenSpec counts it: every line with a box counts, in fenced code and in comments too. Headings and
 * nesting are ours, OpenSpec has no notion of them: a task is nested in the nearest one above that is indented by at least two
 * columns less, and what is no task can end that.
 */
export function readTasks(text: string): TaskList {
  const lines = text.split('\n');
  const fences = fencesOf(lines);
  const tasks: ReadTask[] = [];
  const headings: ReadHeading[] = [];
  let around: number[] = [];
  let afterBlank = false;
  for (const [at, line] of lines.entries()) {
    const scan = scanTaskLine(line);
    const fenced = fences.mask[at] === 1;
    if (!scan) {
      const heading = fenced || !line.includes('#') ? null : headingOf(line);
      if (heading) headings.push({ ...heading, at });
      const blank = isBlank(line);
      if (heading) around = [];
      else if (!fenced && !blank && (afterBlank || isListItem(line))) around = outer(around, indentOf(line));
      afterBlank = blank;
      continue;
    }
    const indent = indentOf(line);
    around = outer(around, indent);
    const written = line.slice(scan.textFrom, scan.textTo);
    const number = numberOf(written);
    tasks.push({
      number: number?.number ?? (/^\d/.test(scan.mark) ? scan.mark.slice(0, -1) : null),
      text: number ? written.slice(number.length).trim() : written,
      done: scan.done,
      line: at + 1,
      group: headings.at(-1)?.title ?? null,
      depth: around.length,
      at,
      indent,
      scan,
      fenced,
      heading: headings.length - 1,
    });
    around.push(indent);
    afterBlank = false;
  }
  return { lines, tasks, headings, fences };
}

/** Columns by which a line is indented more than what it is nested in. */
export const nesting = 2;

/** Indents of the tasks around that a line with this indent is nested in. */
function outer(around: readonly number[], indent: number): number[] {
  let kept = around.length;
  while (kept > 0 && (around[kept - 1] ?? 0) > indent - nesting) kept--;
  return around.slice(0, kept);
}
