import { fullRights, type GrantedPlace, type Rights } from '@ratchet/contract/access';
import { describe, expect, it } from 'vitest';
import { readable } from '../src/readable.ts';

const [one, two] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
const granted = (...grants: GrantedPlace[]): Rights => ({
  role: 'user',
  permissions: ['read', 'run'],
  grants,
  key: null,
});
const safe = granted({ repositoryId: one, taskPattern: 'safe-*', permissions: ['read'] });
const whole = granted({ repositoryId: one, taskPattern: '*', permissions: ['read'] });
const runOnly = granted({ repositoryId: null, taskPattern: '*', permissions: ['run'] });

describe('what a reader of changes is told of', () => {
  it.each([
    ['everything, for who may read everywhere', fullRights, [true, true, true, true]],
    ['tasks of that name in that repository', safe, [true, false, false, false]],
    ['all tasks of that repository', whole, [true, true, false, false]],
    ['nothing, for who may not read', runOnly, [false, false, false, false]],
  ] as const)('is %s', (_, rights, wanted) => {
    const mayRead = readable(rights);
    const places = [
      { repositoryId: one, name: 'safe-one' },
      { repositoryId: one, name: 'other' },
      { repositoryId: two, name: 'safe-one' },
      null,
    ];
    expect(places.map(mayRead)).toEqual(wanted);
  });
});
