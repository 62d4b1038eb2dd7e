import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Requirement } from '../requirement.ts';
import { until, type World } from '../world.ts';

const newDestination = ({ call, unique, folder }: World, more: { path?: string; enabled?: boolean } = {}) => {
  const root = folder();
  const { path = '{{execution.id}}.json', ...rest } = more;
  return call('outputDestinations.create', {
    name: unique('destination'),
    type: 'filesystem',
    config: { root, path },
    ...rest,
  }).then((destination) => ({ destination, root }));
};

export const outputRequirements: readonly Requirement[] = [
  {
    id: 'outputDestinations.create.keepsSecrets',
    says: 'A destination is made, its secrets are named and never answered',
    cites: ['outputDestinations.create', 'outputDestinations.get', 'outputDestinations.list'],
    async run({ call, refused, unique, ground }) {
      const name = unique('hook');
      const config = { url: `${ground.web.base}/count`, auth: 'bearer', token: 'very-secret-token' };
      const made = await call('outputDestinations.create', { name, type: 'webhook', config });
      expect(made).toMatchObject({ name, type: 'webhook', secretFields: ['token'], circuit: 'closed', enabled: true });
      expect(JSON.stringify(made)).not.toContain('very-secret-token');
      expect(await call('outputDestinations.get', { id: made.id })).toEqual(made);
      const { items } = await call('outputDestinations.list', { filters: [{ field: 'name', op: 'eq', value: name }] });
      expect(items).toEqual([made]);
      const again = await refused('outputDestinations.create', { name, type: 'webhook', config });
      expect(again.code).toBe('ALREADY_EXISTS');
      const wrong = await refused('outputDestinations.create', { name: `${name}2`, type: 'webhook', config: {} });
      expect(wrong.code).toBe('VALIDATION_FAILED');
    },
  },
  {
    id: 'outputDestinations.update.thenDelete',
    says: 'A destination is changed, not by a stale change, and deleted',
    cites: ['outputDestinations.update', 'outputDestinations.delete'],
    async run(world) {
      const { call, refused } = world;
      const { destination } = await newDestination(world);
      const { id } = destination;
      const changed = await call('outputDestinations.update', {
        id,
        on: 'always',
        maxAttempts: 2,
        expectedRevision: 1,
      });
      expect(changed).toMatchObject({ on: 'always', maxAttempts: 2, config: destination.config });
      const stale = await refused('outputDestinations.update', { id, enabled: false, expectedRevision: 1 });
      expect(stale.code).toBe('REVISION_MISMATCH');
      await call('outputDestinations.delete', { id });
      expect((await refused('outputDestinations.get', { id })).code).toBe('NOT_FOUND');
    },
  },
  {
    id: 'outputDestinations.test.triesOnce',
    says: 'A destination is tried, and the answer says whether it took something',
    cites: ['outputDestinations.test'],
    async run({ call, unique, ground }) {
      const hook = (path: string) =>
        call('outputDestinations.create', {
          name: unique('hook'),
          type: 'webhook',
          config: { url: `${ground.web.base}${path}` },
        });
      const good = await call('outputDestinations.test', { id: (await hook('/count')).id });
      expect(good).toMatchObject({ success: true });
      const bad = await call('outputDestinations.test', { id: (await hook('/status?code=400')).id });
      expect(bad).toMatchObject({ success: false });
    },
  },
  {
    id: 'deliveries.delivered',
    says: 'The output of a run is delivered where it is to go, and the delivery tells of it',
    cites: ['deliveries.list', 'deliveries.get'],
    async run(world) {
      const { call, newTask } = world;
      const { destination, root } = await newDestination(world);
      const { id: taskId } = await newTask();
      const run = await call('tasks.run', { id: taskId, input: { n: 2 }, wait: true, outputs: [destination.id] });
      const { items } = await until(
        () => call('deliveries.list', { filters: [{ field: 'executionId', op: 'eq', value: run.id }] }),
        ({ items: [first] }) => first?.status === 'delivered',
      );
      const delivery = await call('deliveries.get', { id: items[0]?.id as string });
      expect(delivery).toMatchObject({
        destinationId: destination.id,
        executionId: run.id,
        attempts: 1,
        lastError: null,
      });
      const path = join(root, `${run.id}.json`);
      expect(existsSync(path)).toBe(true);
      expect(readFileSync(path, 'utf8')).toContain('"doubled"');
    },
  },
  {
    id: 'deliveries.retry.again',
    says: 'A delivery is sent again under the same id',
    cites: ['deliveries.retry'],
    async run({ call, unique, ground, newTask }) {
      const { id } = await call('outputDestinations.create', {
        name: unique('once'),
        type: 'webhook',
        config: { url: `${ground.web.base}/status?code=400` },
        maxAttempts: 1,
      });
      const { id: taskId } = await newTask();
      const run = await call('tasks.run', { id: taskId, input: { n: 2 }, wait: true, outputs: [id] });
      const of = () => call('deliveries.list', { filters: [{ field: 'executionId', op: 'eq', value: run.id }] });
      const { items } = await until(of, ({ items: [first] }) => first?.status === 'failed');
      const failed = items[0];
      await call('outputDestinations.update', { id, config: { url: `${ground.web.base}/count` } });
      const again = await call('deliveries.retry', { id: failed?.id as string });
      expect(again).toMatchObject({ id: failed?.id, status: 'pending' });
      await until(of, ({ items: [first] }) => first?.status === 'delivered');
    },
  },
];
