import { PushPolicy } from '@ratchet/contract/entities/repository';
import { alertList } from '@ratchet/contract/operations/alerts';
import { newId } from '@ratchet/store/id';
import { insertRepository, recordSyncState } from '@ratchet/store/queries/repositories';
import { auditEvents } from '@ratchet/store/schema/access';
import { conflicts, syncRuns } from '@ratchet/store/schema/repositories';
import { openTestDatabase, type TestDatabase } from '@ratchet/testing/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Alerts, alerts } from '../src/alerts.ts';
import { createMetrics } from '../src/metrics.ts';

let database: TestDatabase;
let watched: Alerts;
let heard: string[];
let repositoryId: string;
beforeEach(async () => {
  database = await openTestDatabase();
  heard = [];
  watched = alerts(database, ({ alert, firing }) => void heard.push(`${alert.name} ${firing ? 'fires' : 'ceased'}`));
  repositoryId = await addRepository('ops');
});
afterEach(() => database.close());

async function addRepository(name: string): Promise<string> {
  const id = newId();
  await insertRepository(database.db, {
    id,
    name,
    repositoryType: 'git',
    uri: 'https://git.example.org/ops.git',
    watchPatterns: [],
    ignorePatterns: [],
    pushPolicy: PushPolicy.parse({}),
    conflictPolicy: 'manual',
    metadata: {},
  });
  return id;
}
const failures = (consecutiveFailures: number, id = repositoryId) =>
  recordSyncState(database.db, id, { consecutiveFailures });
const add = (more: object = {}) =>
  watched.create({
    name: 'failing',
    metric: 'consecutive_failures',
    threshold: 2,
    repositoryId: null,
    enabled: true,
    ...more,
  });

describe('an alert', () => {
  it('fires while its figure is over the threshold, and is told once each way', async () => {
    const { id } = await add();
    await watched.evaluate();
    expect(await watched.get(id)).toMatchObject({ state: 'ok', value: 0, subject: 'ops' });
    await failures(3);
    for (let i = 0; i < 3; i++) await watched.evaluate();
    expect(await watched.get(id)).toMatchObject({
      state: 'firing',
      value: 3,
      firedAt: expect.any(String),
      resolvedAt: null,
    });
    await failures(2);
    for (let i = 0; i < 3; i++) await watched.evaluate();
    expect(await watched.get(id)).toMatchObject({ state: 'ok', resolvedAt: expect.any(String) });
    expect(heard).toEqual(['failing fires', 'failing ceased']);
  });

  it('is of the worst repository, or of its own', async () => {
    const other = await addRepository('other');
    await failures(9, other);
    const [all, own] = [await add(), await add({ name: 'own', repositoryId })];
    await watched.evaluate();
    expect(await watched.get(all.id)).toMatchObject({ state: 'firing', subject: 'other' });
    expect(await watched.get(own.id)).toMatchObject({ state: 'ok', subject: 'ops' });
  });

  it('is told by one node of several', async () => {
    await add();
    await failures(5);
    const second = alerts(database, ({ alert }) => void heard.push(alert.name));
    await Promise.all([watched.evaluate(), second.evaluate(), watched.evaluate(), second.evaluate()]);
    expect(heard).toHaveLength(1);
  });

  it('can be changed at its revision, switched off, listed and removed', async () => {
    const { id } = await add();
    await expect(add()).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await expect(add({ name: 'x', repositoryId: newId() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(watched.change(id, { threshold: 9 }, 7)).rejects.toMatchObject({ code: 'REVISION_MISMATCH' });
    await watched.change(id, { enabled: false }, 1);
    await failures(5);
    await watched.evaluate();
    expect((await watched.list(alertList, { page: 1, limit: 10 })).items).toMatchObject([{ state: 'ok', revision: 2 }]);
    await watched.remove(id);
    await expect(watched.get(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

it('figures name their repositories, whatever those are called', async () => {
  await addRepository('a "quoted"\nname\\');
  const metrics = createMetrics(database, '1.2.3');
  const changes = { added: 2, updated: 0 };
  metrics.run({
    repositoryName: 'ops',
    direction: 'pull',
    trigger: 'manual',
    status: 'success',
    durationMs: 40,
    changes,
  });
  const { text, contentType } = await metrics.expose();
  expect(contentType).toContain('text/plain');
  expect(text).toContain('ratchet_build_info{version="1.2.3"} 1');
  expect(text).toContain('ratchet_sync_task_changes_total{repository="ops",direction="pull",change="added"} 2');
  expect(text).not.toContain('change="updated"');
  expect(text).toContain('ratchet_repository_tasks{repository="a \\"quoted\\"\\nname\\\\"} 0');
  expect((await metrics.expose()).text.match(/ratchet_repository_tasks\{/g)).toHaveLength(2);
});

describe('a security alert', () => {
  const look = async (metric: Parameters<Alerts['create']>[0]['metric'], threshold: number) => {
    const { id } = await add({ name: metric, metric, threshold });
    await watched.evaluate();
    return watched.get(id);
  };
  let sequence = 0;
  const event = (more: object = {}) =>
    database.db.insert(auditEvents).values({
      id: newId(),
      sequence: ++sequence,
      at: new Date(),
      actorKind: 'user',
      actorId: 'u',
      actorName: 'u',
      surface: 'rest',
      operation: 'tasks.get',
      outcome: 'refused',
      errorCode: 'PERMISSION_DENIED',
      requestId: 'r',
      previousHash: '',
      hash: `${sequence}`,
      ...more,
    });
  const run = (more: Partial<typeof syncRuns.$inferInsert>) =>
    database.db.insert(syncRuns).values({
      id: newId(),
      repositoryId,
      trigger: 'manual',
      direction: 'push',
      status: 'success',
      startedBy: 'x',
      problems: [],
      ...more,
    });

  it('tells of failed sign-ins, however often they were folded', async () => {
    await event({ operation: 'auth.login', actorKind: 'anonymous', errorCode: 'UNAUTHENTICATED' });
    await event({ operation: 'auth.login', actorKind: 'anonymous', errorCode: 'UNAUTHENTICATED', repeats: 60 });
    await event({ operation: 'auth.login', repeats: 60, at: new Date(Date.now() - 3_600_000) });
    expect(await look('failed_sign_ins', 50)).toMatchObject({ state: 'firing', value: 61, subject: 'server' });
  });

  it('tells of calls beyond rights', async () => {
    for (let n = 0; n < 3; n++) await event();
    await event({ actorKind: 'anonymous', errorCode: 'UNAUTHENTICATED' });
    await event({ outcome: 'failed', errorCode: 'NOT_FOUND' });
    expect(await look('refused_calls', 2)).toMatchObject({ state: 'firing', value: 3 });
  });

  it('tells of credentials that are not accepted, and of unusual pushes', async () => {
    const problems = [{ path: '', code: 'unauthenticated', message: 'x' }];
    for (let n = 0; n < 3; n++) await run({ status: 'error', problems });
    await run({ status: 'error', problems: [{ path: 'a', code: 'unauthenticated', message: 'x' }] });
    await run({ tasksAdded: 400, tasksUpdated: 500, tasksDeleted: 200 });
    await run({ tasksAdded: 5000, startedAt: new Date(Date.now() - 2 * 3_600_000) });
    await run({ tasksAdded: 5000, direction: 'pull' });
    expect(await look('authentication_failures', 2)).toMatchObject({ state: 'firing', value: 3, subject: 'ops' });
    expect(await look('pushed_tasks', 1000)).toMatchObject({ state: 'firing', value: 1100, subject: 'ops' });
  });

  it('tells of conflicts that stay open', async () => {
    const conflict = { repositoryId, path: 'a', conflictType: 'both_modified', revision: 1 } as const;
    const old = new Date(Date.now() - 80 * 3_600_000);
    await database.db.insert(conflicts).values([
      { ...conflict, id: newId(), status: 'open', createdAt: old },
      { ...conflict, id: newId(), path: 'b', status: 'resolved', createdAt: new Date(0) },
    ]);
    const seen = await look('conflict_age_hours', 72);
    expect(seen).toMatchObject({ state: 'firing', subject: 'ops' });
    expect(seen.value).toBeCloseTo(80, 0);
  });

  it('of the whole server is of no repository', async () => {
    await expect(add({ metric: 'failed_sign_ins', repositoryId })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });
});
