import { freePort } from '@ratchet/testing/server-process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bench, sampleOf } from './output-fixture.ts';
import { type S3Server, startS3Server } from './s3-server.ts';

const { deliver, fault, close } = bench();
let server: S3Server;
let config: Record<string, unknown>;
beforeAll(async () => {
  server = await startS3Server();
  const { endpoint, bucket, accessKeyId, secretAccessKey } = server;
  config = {
    endpoint,
    bucket,
    accessKeyId,
    secretAccessKey,
    forcePathStyle: true,
    key: 'runs/{{date}}/{{output.id}}.json',
  };
});
afterAll(async () => {
  await close();
  await server?.close();
});

it('stores an object, signed, with its type and the delivery it is of', async () => {
  const message = sampleOf({ id: '../é x' });
  const delivered = await deliver('s3', config, message);
  expect(delivered.target).toBe('s3://outputs/runs/2026-11-21/___é x.json');
  expect(delivered.response).toMatch(/^ETag "/);
  const found = await server.get('runs/2026-11-21/___é x.json');
  expect([found.status, JSON.parse(found.body)]).toEqual([200, message.output]);
  expect(found.headers.get('content-type')).toBe('application/json');
  expect(found.headers.get('x-amz-meta-ratchet-delivery')).toBe(message.deliveryId);
});
it('stores bytes as they are, of any type', async () => {
  const more = { format: 'raw', encoding: 'base64', key: 'bytes', contentType: 'image/x-own' };
  await deliver('s3', { ...config, ...more }, sampleOf('aGk='));
  const found = await server.get('bytes');
  expect([found.body, found.headers.get('content-type')]).toEqual(['hi', 'image/x-own']);
});
it.each<[string, Record<string, unknown>, RegExp]>([
  ['no such bucket', { bucket: 'nothing' }, /There is no bucket nothing\. Create it\./],
  ['a wrong secret', { secretAccessKey: 'wrong' }, /The secret access key is wrong/],
  ['an unknown key', { accessKeyId: 'nobody' }, /The access key id is not known there/],
])('says what to do about %s', async (_, more, said) => {
  const error = await fault('s3', { ...config, key: 'x', ...more });
  expect(error).toMatchObject({ message: expect.stringMatching(said), final: false });
});
it('says where nothing listens, and what is wrong with a configuration', async () => {
  const port = await freePort();
  const error = await fault('s3', { ...config, key: 'x', endpoint: `http://127.0.0.1:${port}` });
  expect(error.message).toBe(
    `Nothing listens at 127.0.0.1:${port}. Check host and port, and that the server there runs.`,
  );
  for (const [more, path] of [
    [{ endpoint: 'file:///etc' }, 'config.endpoint'],
    [{ bucket: 'a/b' }, 'config.bucket'],
    [{ key: 'a/../b' }, 'config.key'],
    [{ key: '{{nope}}' }, 'config.key'],
    [{ secretAccessKey: undefined }, 'config.secretAccessKey'],
  ] as const)
    expect(await fault('s3', { ...config, ...more })).toMatchObject({ details: [{ path }] });
});
