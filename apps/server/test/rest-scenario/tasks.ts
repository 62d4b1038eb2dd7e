import { callForBytes, callWithBytes } from '@ratchet/client/call-with-bytes';
import { table } from '@ratchet/contract/operations/table';
import { expect } from 'vitest';
import { refused, type Scenario } from './scenario.ts';

export const sum = 'export default async (input) => ({ total: input.items.length });\n';
const schema = {
  type: 'object',
  properties: { items: { type: 'array', items: { type: 'integer' } } },
  required: ['items'],
};

/** A task from its first line to its deletion. */
export async function tasksScenario({ client, direct, ask }: Scenario): Promise<void> {
  const made = await ask('POST', '/api/v1/tasks', {
    name: 'Sum',
    sourceCode: sum,
    inputSchema: schema,
    description: 'ö',
  });
  const place = made.headers.get('location') ?? '';
  expect(made.status).toBe(201);
  expect((await ask('GET', place)).headers.get('etag')).toBe(made.headers.get('etag'));
  const { id } = (await made.json()) as { id: string };
  const tagged = await client.tasks.update({ id, tags: ['sums'], label: 'Sums', expectedRevision: 1 });
  expect(await refused(client.tasks.update({ id, label: 'x', expectedRevision: 1 }))).toBe('REVISION_MISMATCH');
  await ask('PATCH', `/api/v1/tasks/${id}`, { label: 'S' }, { 'if-match': `"${tagged.revision}"` });
  await client.tasks.updateSource({ id, sourceCode: sum.replace('total', 'count'), changeDescription: 'Count' });
  const read = await client.tasks.get({ id });
  await ask('PUT', `/api/v1/tasks/${id}`, { ...read, sourceCode: sum });
  await client.tasks.getSource({ id });
  const { items } = await client.tasks.history({ id, sort: [{ field: 'revision', order: 'asc' }], limit: 2 });
  expect(items.map(({ revision }) => revision)).toEqual([1, 2]);
  await client.tasks.getVersion({ id, revision: 1 });
  await client.tasks.diff({ id, from: 1, to: 3 });
  await client.tasks.rollback({ id, revision: 2 });
  await client.tasks.putFile({ id, path: 'notes/a b.txt', content: 'ü' });
  const bytes = new Uint8Array([0, 255, 1]);
  await callWithBytes(table.tasks.putFile, { id, path: 'data.bin' }, { body: bytes }, direct);
  expect(await client.tasks.getFile({ id, path: 'data.bin' })).toMatchObject({ encoding: 'base64', size: 3 });
  await client.tasks.getFile({ id, path: 'notes/a b.txt' });
  await client.tasks.listFiles({ id });
  await client.tasks.deleteFile({ id, path: 'data.bin' });
  await client.tasks.validate({ id });
  await client.tasks.putFile({
    id,
    path: 'tests/sums.json',
    content: JSON.stringify([{ name: 'two', input: { items: [1, 2] }, expected: { total: 2 } }]),
  });
  await client.tasks.test({ id, trace: true });
  await client.tasks.disable({ id });
  expect(await refused(client.tasks.run({ id }))).toBe('TASK_DISABLED');
  await client.tasks.enable({ id });
  const run = await client.tasks.run({ id, input: { items: [1] }, wait: true });
  expect([run.status, run.output]).toEqual(['completed', { total: 1 }]);
  expect(await refused(client.tasks.run({ id, input: { items: 'x' }, wait: true }))).toBe('VALIDATION_FAILED');
  await client.tasks.debug({ id, input: { items: [1] }, breakpoints: [{ line: 1 }], steps: ['step_over'] });
  const session = await client.tasks.startDebugSession({ id, input: { items: [1] } });
  await client.tasks.endDebugSession({ sessionId: session.id });
  await client.tasks.list({ filters: [{ field: 'tag', op: 'eq', value: 'sums' }], q: 'su', sort: [{ field: 'name' }] });
  await ask('GET', '/api/v1/tasks?_start=0&_end=10&_sort=name,createdAt&_order=asc,desc&name_like=um&enabled=true');
  await ask('GET', `/api/v1/tasks?id=${id}`);
  await client.tasks.stats();
  await client.tasks.modified();
  const file = await callForBytes(table.tasks.export, { ids: [id] }, direct);
  expect(file.type).toBe('application/zip');
  const { files } = await client.tasks.export({ ids: [id], format: 'json' });
  await ask('POST', '/api/v1/tasks/export', { ids: [id] });
  await client.tasks.import({ format: 'json', files: files ?? [], dryRun: true, onConflict: 'skip' });
  await client.tasks.bulk({ action: 'tag', ids: [id], tags: ['more'] });
  await client.tasks.delete({ id });
  expect(await refused(client.tasks.get({ id }))).toBe('NOT_FOUND');
  await callWithBytes(table.tasks.import, {}, { body: file.bytes, type: 'application/zip' }, direct);
  const { items: again } = await client.tasks.list({ filters: [{ field: 'name', op: 'eq', value: 'Sum' }] });
  await client.tasks.delete({ id: again[0]?.id ?? '' });
  await client.tasks.restore({ id });
  const { items: kinds } = await client.templates.list();
  await client.templates.generate({
    name: kinds.find(({ name }) => name === 'validation')?.name ?? '',
    taskName: 'Made',
    parameters: { required: ['a'] },
  });
  await ask('GET', '/live');
  await ask('GET', '/ready');
  await ask('GET', '/metrics');
  await client.health.get();
  await client.health.details();
}
