import { expect } from 'vitest';
import type { Requirement } from '../requirement.ts';

/** Audit, configuration, guides, health. */
export const serverRequirements: readonly Requirement[] = [
  {
    id: 'audit.list.writes',
    says: 'What was done stands in the audit with what it was done to, over which surface, and what was refused too',
    cites: ['audit.list'],
    async run({ call, refused, newTask, wire }) {
      const { id } = await newTask();
      await call('tasks.disable', { id });
      await refused('tasks.update', { id, expectedRevision: 77 });
      const { items } = await call('audit.list', {
        filters: [{ field: 'targetId', op: 'eq', value: id }],
        sort: [{ field: 'sequence', order: 'asc' }],
      });
      expect(items).toMatchObject([
        { operation: 'tasks.create', outcome: 'done', surface: wire.name, targetKind: 'task' },
        { operation: 'tasks.disable', outcome: 'done', surface: wire.name, actorKind: 'anonymous' },
        { operation: 'tasks.update', outcome: 'failed', errorCode: 'REVISION_MISMATCH' },
      ]);
    },
  },
  {
    id: 'audit.verify.intact',
    says: 'The chain of the audit is checked, up to a hash that was kept elsewhere',
    cites: ['audit.verify'],
    async run({ call, newTask }) {
      await newTask();
      const first = await call('audit.verify');
      expect(first).toMatchObject({ intact: true, firstSequence: 1, brokenAt: null });
      await newTask();
      const later = await call('audit.verify', { lastHash: first.lastHash as string });
      expect(later.intact).toBe(true);
      expect(later.checked).toBeGreaterThan(first.checked);
      expect((await call('audit.verify', { lastHash: 'f'.repeat(64) })).intact).toBe(false);
    },
  },
  {
    id: 'audit.export.whole',
    says: 'The audit is given out as one file, as JSON or CSV',
    cites: ['audit.export'],
    async run({ call, newTask }) {
      const { id } = await newTask();
      const json = await call('audit.export', { format: 'json' });
      expect(json.count).toBeGreaterThan(0);
      expect(Buffer.from(json.content, 'base64').toString()).toContain(id);
      const csv = await call('audit.export', { format: 'csv', to: '2000-01-01T00:00:00Z' });
      expect(csv).toMatchObject({ format: 'csv', count: 0 });
      expect(Buffer.from(csv.content, 'base64').toString()).toContain('sequence');
    },
  },
  {
    id: 'config.get.withoutSecrets',
    says: 'The configuration is shown as it counts, with where each setting comes from',
    cites: ['config.get'],
    async run({ call }) {
      const config = await call('config.get');
      expect(config.values).toMatchObject({ server: { host: '127.0.0.1' } });
      expect(config.sources['server.host']).toEqual(expect.any(String));
    },
  },
  {
    id: 'config.update.refusesNonsense',
    says: 'A setting that is not there, or has a value that it cannot have, is refused and nothing changes',
    cites: ['config.update'],
    async run({ call, refused }) {
      const before = await call('config.get');
      for (const changes of [{ 'server.no_such': 1 }, { 'logging.level': 'shouting' }]) {
        const error = await refused('config.update', { changes });
        expect(['VALIDATION_FAILED', 'STATE_CONFLICT']).toContain(error.code);
      }
      expect((await call('config.get')).values).toEqual(before.values);
    },
  },
  {
    id: 'guides.endpointReference.everyOperation',
    says: 'The reference tells the names of an operation on every surface',
    cites: ['guides.endpointReference'],
    async run({ call, refused }) {
      const { text } = await call('guides.endpointReference', { operation: 'tasks.create' });
      for (const name of ['/tasks', 'createTask', 'ratchet_create_task', 'tasks.create']) expect(text).toContain(name);
      expect((await refused('guides.endpointReference', { operation: 'no.such' })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'guides.integration.byLanguage',
    says: 'The guide to integration is told for the language asked for',
    cites: ['guides.integration'],
    async run({ call }) {
      expect((await call('guides.integration', { language: 'curl' })).text).toContain('curl');
      expect((await call('guides.integration', { language: 'python' })).text).toContain('import');
    },
  },
  {
    id: 'guides.walkthrough.byTopic',
    says: 'A walkthrough leads through a topic in sections',
    cites: ['guides.walkthrough'],
    async run({ call }) {
      const guide = await call('guides.walkthrough', { topic: 'conflict' });
      expect(guide.sections.length).toBeGreaterThan(0);
      expect(guide.text).toMatch(/conflict/i);
    },
  },
  {
    id: 'health.says',
    says: 'The server says that it works, and how each part of it is',
    cites: ['health.get', 'health.details'],
    async run({ call }) {
      expect(await call('health.get')).toMatchObject({ status: 'ok', version: expect.any(String) });
      const details = await call('health.details');
      expect(details.status).toBe('ok');
      expect(details.checks.map(({ name, status }) => [name, status])).toEqual(
        expect.arrayContaining([
          ['database', 'ok'],
          ['sandbox', 'ok'],
        ]),
      );
    },
  },
];
