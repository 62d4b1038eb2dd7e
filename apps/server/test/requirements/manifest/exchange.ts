import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Requirement } from '../requirement.ts';
import { doubling, taskFolder } from '../world.ts';

const filesOf = (files: Record<string, string>) => Object.entries(files).map(([path, content]) => ({ path, content }));

export const exchangeRequirements: readonly Requirement[] = [
  {
    id: 'tasks.exchange.lossless',
    says: 'Export, import and export again give the same bytes, files unknown to the system included',
    cites: ['tasks.export', 'tasks.import'],
    async run({ call, newRepository, newTask, tasksOf }) {
      const [from, to] = [await newRepository(), await newRepository()];
      const { id } = await newTask({ repositoryId: from.id, repositoryPath: 'one' });
      await call('tasks.putFile', { id, path: 'notes/unknown.bin', content: 'AP8A', encoding: 'base64' });
      const first = await call('tasks.export', { ids: [id], format: 'json' });
      expect(first).toMatchObject({ format: 'json', count: 1, archive: null, problems: [] });
      const imported = await call('tasks.import', { format: 'json', files: first.files ?? [], repositoryId: to.id });
      expect(imported.imported).toHaveLength(1);
      const task = Object.values(await tasksOf(to.id))[0];
      const second = await call('tasks.export', { ids: [task?.id as string], format: 'json' });
      expect(second.files).toEqual(first.files);
      const zip = await call('tasks.export', { ids: [id] });
      expect(zip).toMatchObject({ format: 'zip', count: 1, files: null });
      expect(
        Buffer.from(zip.archive as string, 'base64')
          .subarray(0, 2)
          .toString(),
      ).toBe('PK');
    },
  },
  {
    id: 'tasks.import.zip',
    says: 'A zip file is taken over; what is there already is refused, skipped or replaced as asked',
    cites: ['tasks.import'],
    async run({ call, refused, newRepository, newTask, tasksOf }) {
      const [from, to] = [await newRepository(), await newRepository()];
      const { id } = await newTask({ repositoryId: from.id, repositoryPath: 'zipped' });
      const { archive } = await call('tasks.export', { ids: [id] });
      const given = { archive: archive as string, repositoryId: to.id };
      expect((await call('tasks.import', { ...given, dryRun: true })).imported).toHaveLength(1);
      expect((await call('tasks.list', { filters: onlyOf(to.id) })).items).toEqual([]);
      expect((await call('tasks.import', given)).imported).toHaveLength(1);
      expect((await refused('tasks.import', given)).code).toBe('ALREADY_EXISTS');
      expect((await call('tasks.import', { ...given, onConflict: 'skip' })).skipped).toHaveLength(1);
      const there = Object.values(await tasksOf(to.id))[0];
      await call('tasks.update', { id: there?.id as string, description: 'Changed since' });
      expect((await call('tasks.import', { ...given, onConflict: 'replace' })).replaced).toHaveLength(1);
      expect((await call('tasks.get', { id: there?.id as string })).description).toBeNull();
    },
  },
  {
    id: 'tasks.discover.withoutTaking',
    says: 'Tasks under a folder of the server are told without being taken over',
    cites: ['tasks.discover'],
    async run({ call, refused, folder, unique }) {
      const name = unique('found');
      const root = folder();
      mkdirSync(join(root, name));
      for (const [path, content] of Object.entries(taskFolder(name))) writeFileSync(join(root, path), content);
      const { items, truncated } = await call('tasks.discover', { path: root });
      expect(items).toMatchObject([{ path: name, name, version: '1.0.0', form: 'folder', known: null }]);
      expect(truncated).toBe(false);
      expect((await call('tasks.list', { filters: [{ field: 'name', op: 'eq', value: name }] })).items).toEqual([]);
      expect((await refused('tasks.discover', { path: join(root, 'nothing') })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'tasks.bulk.oneAnswerEach',
    says: 'The same is done to many tasks, with an answer for each; one that fails does not stop the others',
    cites: ['tasks.bulk'],
    async run({ call, newTask, unique }) {
      const [a, b] = [await newTask(), await newTask()];
      const missing = unique('missing');
      const done = await call('tasks.bulk', { action: 'disable', ids: [a.id, missing, b.id] });
      expect(done).toMatchObject({ succeeded: 2, failed: 1 });
      expect(done.results.map(({ id, success }) => [id, success])).toEqual([
        [a.id, true],
        [missing, false],
        [b.id, true],
      ]);
      expect(done.results[1]?.error).toMatchObject({ code: 'NOT_FOUND' });
      expect((await call('tasks.get', { id: a.id })).enabled).toBe(false);
      await call('tasks.bulk', { action: 'tag', ids: [a.id, b.id], tags: ['swept'] });
      expect((await call('tasks.get', { id: b.id })).tags).toEqual(['swept']);
    },
  },
  {
    id: 'tasks.import.json',
    says: 'Files given as JSON become tasks in their folders',
    cites: ['tasks.import'],
    async run({ call, newRepository, tasksOf, unique }) {
      const { id: repositoryId } = await newRepository();
      const [a, b] = [unique('first'), unique('second')];
      const files = filesOf({ ...taskFolder(a), ...taskFolder(b, '() => 2\n') });
      const { imported } = await call('tasks.import', { format: 'json', files, repositoryId, repositoryPath: 'below' });
      expect(imported.map((one) => one.name).sort()).toEqual([a, b].sort());
      const tasks = await tasksOf(repositoryId);
      expect(Object.keys(tasks).sort()).toEqual([`below/${a}`, `below/${b}`].sort());
      const { sourceCode } = await call('tasks.get', { id: tasks[`below/${a}`]?.id as string });
      expect(sourceCode).toBe(doubling);
    },
  },
];

const onlyOf = (repositoryId: string) => [{ field: 'repositoryId', op: 'eq' as const, value: repositoryId }];
