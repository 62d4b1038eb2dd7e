import { indentOf } from './markdown.ts';
import { scanTaskLine } from './task-line.ts';
import type { Note } from './validate-deltas.ts';

/** What OpenSpec's rules say of a task list: lists without boxes, numbers that are ambiguous. Lines end at `\n`. */
export function validateTasks(text: string, note: Note): void {
  const lines = text.split('\n');
  const scans = lines.map(scanTaskLine);
  if (!scans.some((scan) => scan !== null)) {
    const item = firstItem(lines);
    if (item !== null)
      note(
        'warning',
        'no_checkbox',
        'No line is a task, so the change counts as one without any. Write each as "- [ ] 1.1 What to do".',
        item + 1,
      );
  }
  if (!lines.some((line) => groupNumber(line) !== null)) return;

  let group: string | null = null;
  const firsts = new Map<string, number>();
  for (const [at, line] of lines.entries()) {
    if (/^ {0,3}##(?!#)(?:[ \t]|\r?$)/.test(line)) group = groupNumber(line);
    const scan = scans[at];
    if (group === null || !scan) continue;
    const id = /^(\d+(?:\.\d+)+[A-Za-z]*)(?=\s|$)/.exec(line.slice(scan.textFrom, scan.textTo))?.[1];
    if (id === undefined) continue;
    const own = id.slice(0, id.indexOf('.'));
    if (withoutZeros(own) !== withoutZeros(group))
      note(
        'warning',
        'task_group',
        `Task ${id} is in group ${group}. Move it to group ${own}, or number it anew.`,
        at + 1,
      );
    const first = firsts.get(id);
    if (first === undefined) firsts.set(id, at + 1);
    else
      note('warning', 'duplicate_task', `Task ${id} is there twice, first on line ${first}. Number one anew.`, at + 1);
  }
}

/** N of a heading `## N. Title`. */
const groupNumber = (line: string): string | null => /^ {0,3}##[ \t]+(\d+)\.(?:[ \t]|\r?$)/.exec(line)?.[1] ?? null;

const withoutZeros = (digits: string): string => digits.replace(/^0+(?=\d)/, '');

/** The first item of a list that a reader sees as one: not in code, comments or front matter. */
function firstItem(lines: readonly string[]): number | null {
  let fence: { character: string; length: number } | null = null;
  let commented = false;
  for (let at = contentStart(lines); at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (commented) {
      commented = !line.includes('-->');
      continue;
    }
    const run = /^ {0,3}(`{3,}|~{3,})/.exec(line);
    if (run) {
      const [before = '', marks = ''] = run;
      if (!fence) fence = { character: marks.charAt(0), length: marks.length };
      else if (
        marks.charAt(0) === fence.character &&
        marks.length >= fence.length &&
        line.slice(before.length).trim() === ''
      )
        fence = null;
      continue;
    }
    if (fence) continue;
    const text = line.trimStart();
    if (text.startsWith('<!--')) commented = !text.includes('-->', 4);
    else if (/^(?:[-*+]|\d{1,9}[.)])\s/.test(text) && /^\S+\s+\S/.test(text) && indentOf(line) < 4) return at;
  }
  return null;
}

/** The line behind front matter. */
function contentStart(lines: readonly string[]): number {
  const isRule = (line: string) => line.trimEnd() === '---';
  if (!isRule((lines[0] ?? '').replace(/^\uFEFF/, ''))) return 0;
  return lines.findIndex((line, at) => at > 0 && isRule(line)) + 1;
}
