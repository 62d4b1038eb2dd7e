import { expect, it } from 'vitest';
import { nearestName } from '../src/nearest-name.ts';

it.each([
  ['repository_id', ['id', 'repositoryId'], 'repositoryId'],
  ['taskId', ['task_id', 'tasks'], 'task_id'],
  ['naem', ['name', 'label'], 'name'],
  ['rnu', ['get', 'run'], 'run'],
  ['ratchet_get_tasks', ['ratchet_get_task', 'ratchet_list_jobs'], 'ratchet_get_task'],
  ['server.prot', ['server.port', 'server.host'], 'server.port'],
  ['server-port', ['server.host', 'server.port'], 'server.port'],
  ['zzz', ['name', 'label'], null],
  ['tags', ['page', 'name'], null],
  ['wildly_else', ['task_id'], null],
  ['X', ['y', 'x'], 'x'],
  ['', ['id', 'n'], null],
  ['...', ['id', 'n'], null],
  ['name', [], null],
])('nearest to %j of %j is %j', (given, known, expected) => {
  expect(nearestName(given, known)).toBe(expected);
});

it('of something huge is found soon, or not at all', () => {
  expect(nearestName('x'.repeat(100_000), ['task_id'])).toBeNull();
});

it('takes names from wherever they come', () => {
  expect(nearestName('hots', new Map([['host', 1]]).keys())).toBe('host');
});
