import type { ReadTask, TaskList } from './read-tasks.ts';
import { numberOf, type TaskNumber } from './task-line.ts';

/** The number that a task's text, or a text, begins with. A bullet's own number is none of it. */
export function numberIn({ lines }: TaskList, task: ReadTask | string): TaskNumber | null {
  if (typeof task === 'string') return numberOf(task);
  return numberOf((lines[task.at] ?? '').slice(task.scan.textFrom, task.scan.textTo));
}

/**
 * The next free number after one like `1.2`, `1.2.3a` or `3`.
 * @param title heading of a group that has no numbered task yet: it begins with the group's number. null: the same group.
 * null: there is none, as the group has no number.
 */
export function nextNumber(list: TaskList, number: string, title: string | null): string | null {
  const taken = list.tasks.flatMap((task) => numberIn(list, task)?.number ?? []);
  if (title === null) return nextOf(number, taken);
  if (!number.includes('.')) return '1';
  const group = /^\d+(?=[.):\s])/.exec(title)?.[0];
  return group === undefined ? null : nextOf(`${group}.0`, taken);
}

function nextOf(number: string, taken: readonly string[]): string {
  const [, stem = '', last = '', letter = ''] = /^(.*?)(\d+)\.?([A-Za-z]?)$/.exec(number) ?? [];
  if (letter) {
    const lettered = number.slice(0, -1);
    const codes = taken.filter((one) => one.length === number.length && one.startsWith(lettered));
    const highest = Math.max(letter.charCodeAt(0), ...codes.map((one) => one.charCodeAt(one.length - 1)));
    if (highest !== 'z'.charCodeAt(0) && highest !== 'Z'.charCodeAt(0))
      return lettered + String.fromCharCode(highest + 1);
  }
  let highest = Number(last);
  for (const one of taken) {
    const rest = one.startsWith(stem) ? one.slice(stem.length) : '';
    if (/^\d{1,15}[A-Za-z]?$/.test(rest)) highest = Math.max(highest, Number.parseInt(rest, 10));
  }
  return stem + String(highest + 1).padStart(last.length, '0');
}
