import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Scenario, until } from './scenario.ts';
import { sum } from './tasks.ts';

/** What is set up once: credentials, secrets, alerts, and where outputs go. */
export async function settingsScenario({ client, ask, folder }: Scenario): Promise<void> {
  const credential = await client.credentials.create({ name: 'forge', type: 'token', token: 'very-secret' });
  await client.credentials.get({ id: credential.id });
  expect(JSON.stringify(await client.credentials.list())).not.toContain('very-secret');
  await client.credentials.rotate({ id: credential.id, token: 'other-secret' });
  await client.credentials.delete({ id: credential.id });

  const secret = await client.secrets.create({ name: 'KEY', value: 'very-secret' });
  await client.secrets.update({ id: secret.id, description: 'of the shop' });
  await client.secrets.get({ id: secret.id });
  await client.secrets.list();
  await client.secrets.delete({ id: secret.id });

  const backup = await client.backups.create({});
  await client.backups.get({ id: backup.id });
  await client.backups.list({});
  await client.backups.delete({ id: backup.id });

  const alert = await client.alerts.create({ name: 'many conflicts', metric: 'open_conflicts', threshold: 5 });
  await client.alerts.update({ id: alert.id, threshold: 6 });
  await client.alerts.get({ id: alert.id });
  await client.alerts.list();
  await ask('DELETE', `/api/v1/alerts/${alert.id}`, undefined, { 'if-match': `"${alert.revision + 1}"` });

  const task = await client.tasks.create({ name: 'of outputs', sourceCode: sum });
  mkdirSync(join(folder, 'out'));
  const destination = await client.outputDestinations.create({
    name: 'file',
    type: 'filesystem',
    config: { root: join(folder, 'out'), path: '{{execution.id}}.json' },
  });
  await client.outputDestinations.update({ id: destination.id, maxAttempts: 2 });
  await client.outputDestinations.get({ id: destination.id });
  await client.outputDestinations.list({ filters: [{ field: 'type', op: 'eq', value: 'filesystem' }] });
  await client.outputDestinations.test({ id: destination.id });
  await client.tasks.run({ id: task.id, input: { items: [] }, wait: true, outputs: [destination.id] });
  const { items } = await until(
    () => client.deliveries.list(),
    (page) => page.items.some(({ status }) => status === 'delivered' || status === 'failed'),
  );
  const delivery = items[0]?.id ?? '';
  await client.deliveries.get({ id: delivery });
  await client.deliveries.retry({ id: delivery });
  await until(
    () => client.deliveries.get({ id: delivery }),
    ({ status }) => status === 'delivered' || status === 'failed',
  );
  await client.outputDestinations.delete({ id: destination.id });
}
