import { expect } from 'vitest';
import type { Requirement } from '../requirement.ts';
import { doubling } from '../world.ts';

export const historyAndFileRequirements: readonly Requirement[] = [
  {
    id: 'tasks.history.everyRevision',
    says: 'Every change is a revision with who made it and what for, the newest first, and can be read whole',
    cites: ['tasks.history', 'tasks.getVersion'],
    async run({ call, refused, newTask }) {
      const { id } = await newTask();
      await call('tasks.updateSource', { id, sourceCode: '() => 2\n', changeDescription: 'Two' });
      await call('tasks.update', { id, description: 'Third' });
      const { items, meta } = await call('tasks.history', { id, limit: 2 });
      expect(items.map((item) => item.revision)).toEqual([3, 2]);
      expect(items[1]).toMatchObject({ changeDescription: 'Two', changeSource: 'api' });
      expect(meta).toMatchObject({ total: 3, hasNext: true });
      expect(await call('tasks.getVersion', { id, revision: 1 })).toMatchObject({ revision: 1, sourceCode: doubling });
      expect(await call('tasks.getVersion', { id, revision: 2 })).toMatchObject({ sourceCode: '() => 2\n' });
      expect((await refused('tasks.getVersion', { id, revision: 9 })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'tasks.createVersion.sideBySide',
    says: 'A new semantic version stands beside the old one, which stays as it is',
    cites: ['tasks.createVersion'],
    async run({ call, refused, newTask }) {
      const first = await newTask();
      const second = await call('tasks.createVersion', { id: first.id, version: '2.0.0', sourceCode: '() => 2\n' });
      expect(second).toMatchObject({ uuid: first.uuid, version: '2.0.0', sourceCode: '() => 2\n' });
      expect(second.id).not.toBe(first.id);
      expect(second.availableVersions).toEqual(['2.0.0', '1.0.0']);
      expect(await call('tasks.get', { id: first.id })).toMatchObject({ version: '1.0.0', sourceCode: doubling });
      expect((await call('tasks.get', { id: first.uuid, version: '1.0.0' })).id).toBe(first.id);
      const again = await refused('tasks.createVersion', { id: first.id, version: '2.0.0' });
      expect(again.code).toBe('ALREADY_EXISTS');
    },
  },
  {
    id: 'tasks.edit.exactPieces',
    says: 'Exact pieces are replaced; where one is not found nothing changes',
    cites: ['tasks.edit'],
    async run({ call, refused, newTask }) {
      const { id } = await newTask();
      const edited = await call('tasks.edit', { id, edits: [{ find: 'input.n * 2', replace: 'input.n * 3' }] });
      expect(edited).toMatchObject({ sourceCode: doubling.replace('2', '3'), revision: 2 });
      const lost = [
        { find: 'input.n', replace: 'input.m' },
        { find: 'not there', replace: 'x' },
      ];
      const error = await refused('tasks.edit', { id, edits: lost });
      expect(['VALIDATION_FAILED', 'STATE_CONFLICT']).toContain(error.code);
      expect(await call('tasks.get', { id })).toMatchObject({ sourceCode: edited.sourceCode, revision: 2 });
    },
  },
  {
    id: 'tasks.diff.revisions',
    says: 'Two revisions are compared file by file, and a task with what its repository holds',
    cites: ['tasks.diff'],
    async run({ call, newRepository, newTask }) {
      const { id: repositoryId } = await newRepository();
      const { id } = await newTask({ repositoryId });
      await call('tasks.push', { id });
      await call('tasks.updateSource', { id, sourceCode: '() => "after"\n' });
      const diff = await call('tasks.diff', { id, from: 1, to: 2 });
      expect(diff).toMatchObject({ from: 1, to: 2 });
      const code = diff.files.find((file) => file.path === 'main.js');
      expect(code).toMatchObject({ change: 'modified', binary: false });
      expect(code?.diff).toContain('+() => "after"');
      const pending = await call('tasks.diff', { id, pending: true });
      expect(pending.from).toBeNull();
      expect(pending.files.map((file) => file.path)).toContain('main.js');
    },
  },
  {
    id: 'tasks.rollback.newRevision',
    says: 'A rollback makes an earlier revision the current one and history keeps both',
    cites: ['tasks.rollback'],
    async run({ call, refused, newTask }) {
      const { id } = await newTask();
      await call('tasks.updateSource', { id, sourceCode: '() => 2\n' });
      const back = await call('tasks.rollback', { id, revision: 1, expectedRevision: 2 });
      expect(back).toMatchObject({ sourceCode: doubling, revision: 3 });
      const { items } = await call('tasks.history', { id });
      expect(items.map(({ revision, changeSource }) => [revision, changeSource])).toEqual([
        [3, 'rollback'],
        [2, 'api'],
        [1, 'api'],
      ]);
      expect((await refused('tasks.rollback', { id, revision: 77 })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'tasks.files.roundTrip',
    says: 'Files are written, listed, read and removed byte for byte, text or not',
    cites: ['tasks.putFile', 'tasks.listFiles', 'tasks.getFile', 'tasks.deleteFile'],
    async run({ call, refused, newTask }) {
      const { id } = await newTask();
      const bytes = Buffer.from([0, 255, 1, 128]).toString('base64');
      await call('tasks.putFile', { id, path: 'data/raw.bin', content: bytes, encoding: 'base64' });
      const text = 'Grüße\r\n\ttab “quoted”\n';
      const after = await call('tasks.putFile', { id, path: 'data/Read me.txt', content: text });
      expect(after.revision).toBe(3);
      const { items } = await call('tasks.listFiles', { id });
      expect(items.map((file) => file.path)).toEqual(expect.arrayContaining(['data/Read me.txt', 'data/raw.bin']));
      expect(await call('tasks.getFile', { id, path: 'data/raw.bin' })).toMatchObject({
        size: 4,
        encoding: 'base64',
        content: bytes,
      });
      expect(await call('tasks.getFile', { id, path: 'data/Read me.txt' })).toMatchObject({
        encoding: 'utf8',
        content: text,
        revision: 3,
      });
      const stale = await refused('tasks.deleteFile', { id, path: 'data/raw.bin', expectedRevision: 1 });
      expect(stale.code).toBe('REVISION_MISMATCH');
      await call('tasks.deleteFile', { id, path: 'data/raw.bin' });
      expect((await refused('tasks.getFile', { id, path: 'data/raw.bin' })).code).toBe('NOT_FOUND');
      expect((await call('tasks.listFiles', { id })).items.map((file) => file.path)).not.toContain('data/raw.bin');
    },
  },
  {
    id: 'tasks.putFile.staysInside',
    says: 'A path that leaves the task is refused',
    cites: ['tasks.putFile'],
    async run({ call, refused, newTask }) {
      const { id } = await newTask();
      const error = await refused('tasks.putFile', { id, path: 'a/../../../escaped.txt', content: 'x' });
      expect(error.code).toBe('VALIDATION_FAILED');
      expect((await call('tasks.get', { id })).revision).toBe(1);
    },
  },
];
