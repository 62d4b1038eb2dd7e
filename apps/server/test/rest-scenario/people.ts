import { expect } from 'vitest';
import type { Scenario } from './scenario.ts';
import { sum } from './tasks.ts';

/** Who may come in and what they may do, the record of it, the server's settings, and what it says of itself. */
export async function peopleScenario({ client, as, ask }: Scenario): Promise<void> {
  const password = 'a long password';
  const user = await client.users.create({ username: 'una', name: 'Una', role: 'user', password });
  await client.users.get({ id: user.id });
  await client.users.update({ id: user.id, name: 'Una B' });
  await client.users.list({ filters: [{ field: 'role', op: 'eq', value: 'user' }] });

  const { accessToken } = await as(undefined).auth.login({ username: 'una', password });
  const una = as(accessToken);
  expect(await una.auth.me()).toMatchObject({ id: user.id, role: 'user' });
  await una.auth.updateMe({ name: 'Una C' });
  await una.auth.changePassword({ currentPassword: password, newPassword: 'another long password' });
  const again = await as(undefined).auth.login({ username: 'una', password: 'another long password' });
  const next = await as(undefined).auth.refresh({ refreshToken: again.refreshToken });
  await as(next.accessToken).auth.logout();
  await as(undefined).auth.register({ email: 'guest@example.org', password });

  const key = await client.apiKeys.create({ name: 'of a program', scopes: ['read'], userId: user.id });
  await client.apiKeys.get({ id: key.id });
  await client.apiKeys.update({ id: key.id, taskPatterns: ['safe-*'] });
  await client.apiKeys.list();
  await client.apiKeys.delete({ id: key.id });

  const task = await client.tasks.create({ name: 'to be edited', sourceCode: sum });
  const repositoryId = task.repositoryInfo?.repositoryId ?? null;
  const grant = await client.grants.create({ userId: user.id, repositoryId, permissions: ['read', 'run'] });
  await client.grants.get({ id: grant.id });
  await client.grants.update({ id: grant.id, taskPattern: 'safe-*' });
  await client.grants.list();
  await client.grants.delete({ id: grant.id });
  await client.users.delete({ id: user.id });

  await client.tasks.edit({ id: task.id, edits: [{ find: 'total', replace: 'sum', all: true }] });
  await client.tasks.createVersion({ id: task.id, version: '2.0.0' });
  const { id } = await client.tasks.run({ id: task.id, input: { items: [] }, wait: true });
  await client.executions.update({ id, note: 'looked at', keep: true });

  await client.audit.list({ filters: [{ field: 'operation', op: 'eq', value: 'users.create' }] });
  expect(await client.audit.verify()).toMatchObject({ intact: true });
  await client.audit.export();
  await ask('GET', '/api/v1/audit/export?format=csv', undefined, { accept: 'text/csv' });

  const { revision } = await client.config.get();
  await client.config.update({ changes: { 'retention.logs_days': 20 }, expectedRevision: revision });

  await client.guides.endpointReference({ entity: 'tasks' });
  await client.guides.integration({ language: 'python' });
  await client.guides.walkthrough({ topic: 'conflict' });
}
