import { join } from 'node:path';
import { createGitRepository } from '@ratchet/testing/git-repository';
import { expect } from 'vitest';
import type { Requirement } from '../requirement.ts';
import { nobody, taskFolder } from '../world.ts';

/** Credentials, secrets, results, templates, alerts. */
export const keepingRequirements: readonly Requirement[] = [
  {
    id: 'credentials.signIn',
    says: 'A credential signs in to a repository and is never answered; a rotated one counts at once',
    cites: ['credentials.create', 'credentials.get', 'credentials.list', 'credentials.rotate'],
    async run({ call, refused, unique, ground }) {
      const name = unique('credential');
      const wrong = 'not-the-right-token';
      const made = await call('credentials.create', { name, type: 'token', token: wrong });
      expect(made).toMatchObject({ name, type: 'token', rotatedAt: null, revision: 1 });
      expect(JSON.stringify(made)).not.toContain(wrong);
      await createGitRepository(join(ground.folder, 'git', `${name}.git`)).then((git) =>
        git.commit(taskFolder('kept')),
      );
      const { id } = await call('repositories.create', {
        name,
        repositoryType: 'git',
        uri: ground.git.url(`${name}.git`),
        credentialId: made.id,
        syncIntervalMinutes: 0,
      });
      expect((await refused('repositories.sync', { id })).code).toBe('REPOSITORY_UNREACHABLE');
      const rotated = await call('credentials.rotate', { id: made.id, token: ground.gitToken });
      expect(rotated).toMatchObject({ id: made.id, rotatedAt: expect.any(String), revision: 2 });
      expect(await call('repositories.sync', { id })).toMatchObject({ tasksAdded: 1 });
      expect(await call('credentials.get', { id: made.id })).toEqual(rotated);
      const { items } = await call('credentials.list', { filters: [{ field: 'name', op: 'eq', value: name }] });
      expect(items).toEqual([rotated]);
      expect((await refused('credentials.get', { id: nobody })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'credentials.delete.gone',
    says: 'A credential that nothing uses is deleted',
    cites: ['credentials.delete'],
    async run({ call, refused, unique }) {
      const { id } = await call('credentials.create', {
        name: unique('gone'),
        type: 'basic',
        username: 'u',
        password: 'p',
      });
      await call('credentials.delete', { id });
      expect((await refused('credentials.get', { id })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'secrets.granted',
    says: 'A task reads the secrets granted to it, and no surface answers their value',
    cites: ['secrets.create', 'secrets.get', 'secrets.list', 'secrets.update'],
    async run({ call, refused, newTask, unique }) {
      const name = unique('SECRET').replaceAll('-', '_').toUpperCase();
      const { id: taskId } = await newTask({
        sourceCode: `(input, context) => ({ length: (context.secrets.${name} ?? "").length })\n`,
        inputSchema: true,
      });
      const run = async () => (await call('tasks.run', { id: taskId, wait: true })).output;
      const made = await call('secrets.create', { name, value: 'seven77', taskIds: [taskId], description: 'A test' });
      expect(made).toMatchObject({ name, taskIds: [taskId], description: 'A test', rotatedAt: null });
      expect(JSON.stringify(made)).not.toContain('seven77');
      expect(await run()).toEqual({ length: 7 });
      const now = await call('secrets.update', { id: made.id, value: 'longer than seven' });
      expect(now).toMatchObject({ taskIds: [taskId], rotatedAt: expect.any(String) });
      expect(await run()).toEqual({ length: 17 });
      expect(await call('secrets.get', { id: made.id })).toEqual(now);
      const { items } = await call('secrets.list', { filters: [{ field: 'name', op: 'eq', value: name }] });
      expect(items).toEqual([now]);
      const stale = await refused('secrets.update', { id: made.id, description: null, expectedRevision: 1 });
      expect(stale.code).toBe('REVISION_MISMATCH');
      expect((await refused('secrets.create', { name, value: 'another value' })).code).toBe('ALREADY_EXISTS');
    },
  },
  {
    id: 'secrets.delete.gone',
    says: 'A deleted secret is gone',
    cites: ['secrets.delete'],
    async run({ call, refused, unique }) {
      const name = unique('GONE').replaceAll('-', '_').toUpperCase();
      const { id } = await call('secrets.create', { name, value: 'short lived' });
      await call('secrets.delete', { id });
      expect((await refused('secrets.get', { id })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'results.kept',
    says: 'A result is kept, out of an execution or as given, found by its tag, and deleted',
    cites: ['results.create', 'results.get', 'results.list', 'results.delete'],
    async run({ call, refused, newTask, unique }) {
      const { id: taskId } = await newTask();
      const run = await call('tasks.run', { id: taskId, input: { n: 3 }, wait: true });
      const tag = unique('tag');
      const kept = await call('results.create', { name: 'of a run', executionId: run.id, tags: [tag] });
      expect(kept).toMatchObject({ executionId: run.id, taskId, content: { doubled: 6 }, tags: [tag] });
      const content = { snake_case: [1, { deep_er: null }], 'odd key': 'x' };
      const given = await call('results.create', { name: 'as given', content, tags: [tag] });
      expect(given).toMatchObject({ executionId: null, content });
      expect(await call('results.get', { id: given.id })).toEqual(given);
      const filters = [{ field: 'tag', op: 'eq' as const, value: tag }];
      const { items } = await call('results.list', { filters, sort: [{ field: 'name', order: 'asc' }] });
      expect(items).toEqual([given, kept]);
      await call('results.delete', { id: given.id });
      expect((await refused('results.get', { id: given.id })).code).toBe('NOT_FOUND');
      expect((await refused('results.create', { name: 'of nothing', executionId: nobody })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'templates.generate.works',
    says: 'A template is listed with what it takes and comes to a task that works, stored where asked',
    cites: ['templates.list', 'templates.generate'],
    async run({ call, refused, unique }) {
      const { items } = await call('templates.list');
      const template = items.find(({ name }) => name === 'data_transform');
      expect(template).toMatchObject({ parameters: { type: 'object' } });
      const taskName = unique('generated');
      const shown = await call('templates.generate', { name: 'data_transform', taskName });
      expect(shown).toMatchObject({ template: 'data_transform', name: taskName, task: null });
      expect(shown.files.map(({ path }) => path)).toEqual(expect.arrayContaining(['main.js', 'metadata.json']));
      expect((await call('tasks.list', { q: taskName })).items).toEqual([]);
      const stored = await call('templates.generate', { name: 'data_transform', taskName, create: true });
      expect(await call('tasks.test', { id: stored.task?.id as string })).toMatchObject({ failed: 0 });
      expect((await refused('templates.generate', { name: 'no-such', taskName })).code).toBe('NOT_FOUND');
      const wrong = await refused('templates.generate', { name: 'data_transform', taskName, parameters: { odd: 1 } });
      expect(wrong.code).toBe('VALIDATION_FAILED');
    },
  },
  {
    id: 'alerts.kept',
    says: 'An alert is made on a figure, read, listed, changed and deleted',
    cites: ['alerts.create', 'alerts.get', 'alerts.list', 'alerts.update', 'alerts.delete'],
    async run({ call, refused, newRepository, unique }) {
      const { id: repositoryId } = await newRepository();
      const name = unique('alert');
      const made = await call('alerts.create', { name, metric: 'open_conflicts', threshold: 2.5, repositoryId });
      expect(made).toMatchObject({
        name,
        metric: 'open_conflicts',
        threshold: 2.5,
        repositoryId,
        enabled: true,
        state: 'ok',
      });
      expect(await call('alerts.get', { id: made.id })).toMatchObject({ id: made.id, threshold: 2.5 });
      const changed = await call('alerts.update', { id: made.id, enabled: false, expectedRevision: 1 });
      expect(changed).toMatchObject({ enabled: false, threshold: 2.5 });
      expect((await refused('alerts.update', { id: made.id, enabled: true, expectedRevision: 1 })).code).toBe(
        'REVISION_MISMATCH',
      );
      const { items } = await call('alerts.list', { filters: [{ field: 'name', op: 'eq', value: name }] });
      expect(items.map((alert) => alert.id)).toEqual([made.id]);
      await call('alerts.delete', { id: made.id });
      expect((await refused('alerts.get', { id: made.id })).code).toBe('NOT_FOUND');
    },
  },
];
