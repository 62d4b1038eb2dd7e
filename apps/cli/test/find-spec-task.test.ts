import { describe, expect, it } from 'vitest';
import { findSpecTask } from '../src/find-spec-task.ts';

const task = (number: string | null, text: string) => ({ number, text, done: false, line: 1, group: null, depth: 0 });
const tasks = [
  task('1.1', 'The form'),
  task('1.2', 'The form of the answer'),
  task('2', 'Tell the users'),
  task(null, 'No number'),
  task('0', 'Zero'),
];

describe('a task that is meant', () => {
  it.each<[string, boolean, number]>([
    ['1.1', false, 0],
    ['1.2', false, 1],
    ['2', false, 2],
    ['2', true, 2],
    ['0', false, 4],
    ['0', true, 0],
    ['3', false, 3],
    ['tell the', false, 2],
    ['the form', false, 0],
    ['answer', false, 1],
  ])('%s (by position alone: %s): %i', (wanted, position, n) => expect(findSpecTask(tasks, wanted, position)).toBe(n));

  it.each<[string, boolean, RegExp]>([
    ['form', false, /Several tasks fit "form": 0 \(The form\), 1 \(The form of the answer\)\. Say --position/],
    ['9', false, /no task "9" among 5/],
    ['tell the usres', false, /Did you mean "Tell the users"\?/],
    ['1.1', true, /no task "1\.1"/],
    ['', false, /no task ""/],
  ])('%s (by position alone: %s): refused', (wanted, position, said) => {
    expect(() => findSpecTask(tasks, wanted, position)).toThrow(said);
  });
});
