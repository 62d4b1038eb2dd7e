import { type Rights, rolePermissions } from '@ratchet/contract/access';
import type { Caller } from '@ratchet/contract/dispatcher';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, callerWith, callIn } from './placed-world.ts';
import { type Served, served } from './served.ts';

let server: Served;
let call: Call;
beforeAll(async () => {
  server = await served();
  call = callIn(server);
});
afterAll(() => server.close());

const admin: Rights = { role: 'admin', permissions: rolePermissions.admin, grants: null, key: null };
const reader: Rights = { ...admin, role: 'readonly', permissions: ['read'] };
const nobody: Rights = { ...reader, permissions: [] };
const auditor = callerWith(admin);

const eventsOf = async ({ actor }: Caller) =>
  (
    await call(
      'audit.list',
      { limit: 1000, sort: [{ field: 'sequence' }], filters: [{ field: 'actorId', value: actor.id }] },
      auditor,
    )
  ).items;
const failing = (name: string, input: unknown, as: Caller) => call(name, input, as).catch((error) => error);
const task = (name: string) => ({ name, sourceCode: '() => 1', inputSchema: {}, outputSchema: {} });

describe('the audit', () => {
  it('has every change with what it was about, before and after', async () => {
    const una = callerWith(admin);
    const made = await call('tasks.create', task('watched'), una);
    await call('tasks.update', { id: made.id, label: 'x' }, una);
    await call('tasks.disable', { id: made.uuid }, una);
    await call('tasks.get', { id: made.id }, una);
    await call('tasks.delete', { id: made.id }, una);
    const [created, updated, disabled, deleted, ...more] = await eventsOf(una);
    expect(more).toEqual([]);
    const about = { targetKind: 'task', targetId: made.id, outcome: 'done', errorCode: null, repeats: 1 };
    const from = { surface: 'rest', requestId: una.requestId, address: una.address, actorName: una.actor.name };
    expect(created).toMatchObject({ ...about, ...from, operation: 'tasks.create', beforeDigest: null });
    expect(updated).toMatchObject({ ...about, operation: 'tasks.update', beforeDigest: created.afterDigest });
    expect(disabled).toMatchObject({ ...about, operation: 'tasks.disable', beforeDigest: updated.afterDigest });
    expect(deleted).toMatchObject({ ...about, operation: 'tasks.delete', beforeDigest: disabled.afterDigest });
    const digests = [created, updated, disabled, deleted].map(({ afterDigest }) => afterDigest);
    expect(new Set(digests).size).toBe(4);
    for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has runs without digests, and of many targets each', async () => {
    const una = callerWith(admin);
    const made = [await call('tasks.create', task('one'), una), await call('tasks.create', task('two'), una)];
    await call('tasks.run', { id: made[0].id, input: {}, wait: true }, una);
    await call('tasks.bulk', { action: 'disable', ids: made.map(({ id }) => id) }, una);
    const [, , ran, ...bulk] = await eventsOf(una);
    expect(ran).toMatchObject({ operation: 'tasks.run', targetId: made[0].id, beforeDigest: null, afterDigest: null });
    expect(bulk.map(({ targetId }: { targetId: string }) => targetId).toSorted()).toEqual(
      made.map(({ id }) => id).toSorted(),
    );
    for (const event of bulk) expect(event.beforeDigest).not.toBe(event.afterDigest);
  });

  it('has what was refused, of reads too, and what failed', async () => {
    const rita = callerWith(reader);
    await failing('tasks.create', task('never'), rita);
    await failing('users.list', {}, rita);
    await failing('audit.verify', {}, rita);
    expect(await eventsOf(rita)).toMatchObject([
      { operation: 'tasks.create', outcome: 'refused', errorCode: 'PERMISSION_DENIED' },
      { operation: 'users.list', outcome: 'refused', errorCode: 'PERMISSION_DENIED' },
      { operation: 'audit.verify', outcome: 'refused', errorCode: 'PERMISSION_DENIED' },
    ]);
    const una = callerWith(admin);
    const id = crypto.randomUUID();
    await failing('tasks.delete', { id }, una);
    await failing('tasks.get', { id }, una);
    await failing('repositories.create', {}, una);
    expect(await eventsOf(una)).toMatchObject([
      { operation: 'tasks.delete', outcome: 'failed', errorCode: 'NOT_FOUND', targetId: id },
      { operation: 'repositories.create', outcome: 'failed', errorCode: 'VALIDATION_FAILED' },
    ]);
  });

  it('has who looked for what is hidden from them', async () => {
    const made = await call('tasks.create', task('hidden'), auditor);
    const limited = callerWith({
      ...reader,
      grants: [{ repositoryId: null, taskPattern: 'x-*', permissions: ['read'] }],
    });
    expect(await failing('tasks.get', { id: made.id }, limited)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failing('tasks.get', { id: crypto.randomUUID() }, limited)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await eventsOf(limited)).toMatchObject([{ operation: 'tasks.get', outcome: 'refused', targetId: made.id }]);
  });

  it('does not grow with a flood of refusals', async () => {
    const stranger = callerWith(nobody, 'anonymous');
    for (let n = 0; n < 300; n++) await failing('tasks.get', { id: `${n}` }, stranger);
    const events = await eventsOf(stranger);
    expect(events).toMatchObject([{ outcome: 'refused', errorCode: 'UNAUTHENTICATED', address: stranger.address }]);
  });

  it('holds over all of it, and is exported', async () => {
    const check = await call('audit.verify', {}, auditor);
    expect(check).toMatchObject({ intact: true, firstSequence: 1 });
    expect((await call('audit.verify', { lastHash: check.lastHash }, auditor)).intact).toBe(true);
    expect((await call('audit.verify', { lastHash: 'f'.repeat(64) }, auditor)).intact).toBe(false);
    const file = await server.api('GET', '/audit/export?format=csv', undefined, { accept: 'text/csv' });
    expect(file.body.split('\r\n')[0]).toMatch(/^sequence,at,actorKind/);
    expect(file.body.split('\r\n').length).toBeGreaterThan(check.checked);
  });
});

describe('grants', () => {
  it('are made over REST only for who is there, within what the role can have', async () => {
    const userId = crypto.randomUUID();
    const wish = { userId, permissions: ['run'] };
    expect((await server.api('POST', '/grants', wish)).status).toBe(404);
    expect((await server.api('POST', '/grants', { ...wish, permissions: ['administer'] })).status).toBe(400);
    expect((await server.api('GET', '/grants')).body.meta.total).toBe(0);
    expect((await server.api('DELETE', `/grants/${userId}`)).status).toBe(404);
  });
});

describe('the served registry', () => {
  it('asks for the same rights, and is in the audit', async () => {
    await call('tasks.create', task('served'), auditor);
    const index = await server.api('GET', '/registry/index.json');
    expect(index.body.files.some(({ path }: { path: string }) => path.endsWith('served/main.js'))).toBe(true);
    const path = index.body.files.find(({ path: at }: { path: string }) => at.endsWith('served/main.js')).path;
    const put = await server.api('PUT', `/registry/${path}`, Buffer.from('() => 2'), {
      'content-type': 'application/octet-stream',
    });
    expect(put.status).toBe(204);
    const { items } = await call(
      'audit.list',
      { filters: [{ field: 'operation', value: 'registry.writeFiles' }] },
      auditor,
    );
    expect(items).toMatchObject([{ outcome: 'done', actorKind: 'anonymous' }]);
  });
});
