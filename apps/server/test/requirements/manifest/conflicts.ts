import { expect } from 'vitest';
import type { Requirement } from '../requirement.ts';
import { nobody, taskFolder, type World } from '../world.ts';

const lines = (first: string, last: string) =>
  `() => {\n  const a = ${first};\n  // keep\n  // keep\n  return ${last};\n}\n`;

/** A task whose code was changed at the same place on both sides. */
async function disputed({ call, newRepository, tasksOf }: World) {
  const { id: repositoryId, git } = await newRepository(taskFolder('disputed', lines('0', 'a')));
  await call('repositories.sync', { id: repositoryId });
  const taskId = (await tasksOf(repositoryId)).disputed?.id as string;
  await call('tasks.updateSource', { id: taskId, sourceCode: lines('"mine"', 'a') });
  await git.commit({ 'disputed/main.js': lines('"theirs"', 'a') });
  const result = await call('repositories.sync', { id: repositoryId });
  const conflict = result.conflicts[0];
  if (!conflict) throw new Error(`There was to be a conflict: ${result.message}`);
  return { repositoryId, git, taskId, conflict, result };
}

export const conflictRequirements: readonly Requirement[] = [
  {
    id: 'conflicts.shown',
    says: 'Changes at the same place are a conflict that shows all three sides and each place, and nothing is overwritten',
    cites: ['conflicts.list', 'conflicts.get', 'repositories.sync'],
    async run(world) {
      const { call, refused } = world;
      const { repositoryId, taskId, conflict } = await disputed(world);
      const { items } = await call('conflicts.list', {
        filters: [{ field: 'repositoryId', op: 'eq', value: repositoryId }],
      });
      expect(items.map((one) => one.id)).toEqual([conflict.id]);
      const shown = await call('conflicts.get', { id: conflict.id });
      expect(shown).toMatchObject({ taskId, repositoryId, conflictType: 'both_modified', status: 'open' });
      const file = shown.files.find(({ path }) => path === 'main.js');
      expect(file).toMatchObject({
        state: 'conflict',
        base: lines('0', 'a'),
        local: lines('"mine"', 'a'),
        remote: lines('"theirs"', 'a'),
      });
      expect(file?.hunks).toHaveLength(1);
      expect(await call('tasks.get', { id: taskId })).toMatchObject({
        sourceCode: lines('"mine"', 'a'),
        syncStatus: 'conflict',
      });
      expect((await refused('conflicts.get', { id: nobody })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'conflicts.resolve.takeLocal',
    says: 'A conflict resolved for this side keeps it, and a push sends it',
    cites: ['conflicts.resolve'],
    async run(world) {
      const { call, refused } = world;
      const { repositoryId, git, taskId, conflict } = await disputed(world);
      const done = await call('conflicts.resolve', { id: conflict.id, resolution: 'take_local' });
      expect(done).toMatchObject({ id: conflict.id, taskId, status: 'resolved', resolution: 'take_local' });
      expect((await call('conflicts.get', { id: conflict.id })).status).toBe('resolved');
      expect((await call('tasks.get', { id: taskId })).sourceCode).toBe(lines('"mine"', 'a'));
      expect(await call('repositories.push', { id: repositoryId })).toMatchObject([{ success: true }]);
      expect((await git.files()).get('disputed/main.js')?.bytes.toString()).toBe(lines('"mine"', 'a'));
      const twice = await refused('conflicts.resolve', { id: conflict.id, resolution: 'take_remote' });
      expect(twice.code).toBe('STATE_CONFLICT');
    },
  },
  {
    id: 'conflicts.resolve.takeRemote',
    says: 'A conflict resolved for the repository takes its text, and history keeps ours',
    cites: ['conflicts.resolve'],
    async run(world) {
      const { call } = world;
      const { taskId, conflict } = await disputed(world);
      await call('conflicts.resolve', { id: conflict.id, resolution: 'take_remote' });
      const task = await call('tasks.get', { id: taskId });
      expect(task).toMatchObject({ sourceCode: lines('"theirs"', 'a'), needsPush: false });
      const { items } = await call('tasks.history', { id: taskId });
      const mine = await call('tasks.getVersion', { id: taskId, revision: (items[1]?.revision ?? 0) as number });
      expect(mine.sourceCode).toBe(lines('"mine"', 'a'));
    },
  },
  {
    id: 'conflicts.resolve.byHunk',
    says: 'A conflict is merged by a choice for each place',
    cites: ['conflicts.resolve'],
    async run(world) {
      const { call } = world;
      const { taskId, conflict } = await disputed(world);
      const hunk = conflict.files.find(({ path }) => path === 'main.js')?.hunks[0]?.id as string;
      await call('conflicts.resolve', {
        id: conflict.id,
        resolution: 'merge',
        choices: { 'main.js': { [hunk]: 'remote' } },
      });
      expect((await call('tasks.get', { id: taskId })).sourceCode).toBe(lines('"theirs"', 'a'));
    },
  },
  {
    id: 'conflicts.resolve.byHand',
    says: 'A conflict is resolved with text written by hand',
    cites: ['conflicts.resolve'],
    async run(world) {
      const { call, refused } = world;
      const { taskId, conflict } = await disputed(world);
      const open = await refused('conflicts.resolve', { id: conflict.id, resolution: 'merge' });
      expect(open.code).toBe('VALIDATION_FAILED');
      const files = { 'main.js': lines('"agreed"', 'a') };
      await call('conflicts.resolve', { id: conflict.id, resolution: 'manual', files });
      expect((await call('tasks.get', { id: taskId })).sourceCode).toBe(lines('"agreed"', 'a'));
    },
  },
];
