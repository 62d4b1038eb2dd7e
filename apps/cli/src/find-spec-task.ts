import type { Spec } from '@ratchet/contract/entities/spec';
import { RatchetError } from '@ratchet/contract/errors';
import { nearestName } from '@ratchet/contract/nearest-name';

type Tasks = Spec['tasks'];

/**
 * The position of the one task that is meant: by the number that is written in front of it, else by its position, else by a
 * part of its text. Throws NOT_FOUND, and VALIDATION_FAILED where several fit.
 */
export function findSpecTask(tasks: Tasks, wanted: string, onlyByPosition: boolean): number {
  const numbered = onlyByPosition ? [] : placesOf(tasks, ({ number }) => number === wanted);
  if (numbered.length > 0) return only(numbered, tasks, wanted);
  if (/^\d{1,6}$/.test(wanted)) {
    if (tasks[Number(wanted)]) return Number(wanted);
    throw missing(tasks, wanted);
  }
  const part = wanted.toLowerCase();
  const worded =
    onlyByPosition || part.trim() === '' ? [] : placesOf(tasks, ({ text }) => text.toLowerCase().includes(part));
  const exact = worded.filter((n) => tasks[n]?.text.toLowerCase() === part);
  return only(exact.length > 0 ? exact : worded, tasks, wanted);
}

const placesOf = (tasks: Tasks, fits: (task: Tasks[number]) => boolean): number[] =>
  tasks.flatMap((task, n) => (fits(task) ? [n] : []));

function only(found: readonly number[], tasks: Tasks, wanted: string): number {
  const [first, second] = found;
  if (first === undefined) throw missing(tasks, wanted);
  if (second === undefined) return first;
  const shown = found.slice(0, 5).map((n) => `${n} (${tasks[n]?.text})`);
  throw new RatchetError(
    'VALIDATION_FAILED',
    `Several tasks fit ${JSON.stringify(wanted)}: ${shown.join(', ')}. Say --position and the number in front.`,
  );
}

function missing(tasks: Tasks, wanted: string): RatchetError {
  const known = tasks.flatMap(({ number, text }) => [...(number === null ? [] : [number]), text]);
  const meant = nearestName(wanted, known);
  return new RatchetError(
    'NOT_FOUND',
    `There is no task ${JSON.stringify(wanted)} among ${tasks.length}.${meant === null ? '' : ` Did you mean ${JSON.stringify(meant)}?`}`,
  );
}
