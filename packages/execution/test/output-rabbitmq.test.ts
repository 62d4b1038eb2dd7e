import { type RabbitmqServer, startRabbitmqServer } from '@ratchet/testing/rabbitmq-server';
import { freePort } from '@ratchet/testing/server-process';
import amqp, { type Channel, type ChannelModel } from 'amqplib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bench, sampleOf } from './output-fixture.ts';

const { deliver, fault, close } = bench();
let server: RabbitmqServer;
let connection: ChannelModel;
let channel: Channel;
let config: Record<string, unknown>;
beforeAll(async () => {
  server = await startRabbitmqServer();
  const { host, port, username, password } = server;
  connection = await amqp.connect({ hostname: host, port, username, password });
  channel = await connection.createChannel();
  await channel.assertQueue('waiting', { durable: true });
  await channel.assertQueue('short', { durable: false });
  await channel.assertExchange('events', 'topic', { durable: true });
  await channel.assertQueue('checks', { durable: true });
  await channel.bindQueue('checks', 'events', 'run.*.completed');
  config = { host, port, username, password, content: 'output' };
});
afterAll(async () => {
  await connection?.close();
  await close();
  await server?.close();
});

it('sends to a queue, kept on disk, with what it is of', async () => {
  const message = sampleOf({ a: 1 });
  const delivered = await deliver('rabbitmq', { ...config, queue: 'waiting' }, message);
  expect(delivered).toMatchObject({ target: 'waiting', response: `confirmed, message id ${message.deliveryId}` });
  const got = await channel.get('waiting', { noAck: true });
  if (!got) throw new Error('The queue is empty.');
  expect(JSON.parse(got.content.toString())).toEqual({ a: 1 });
  expect(got.properties).toMatchObject({
    messageId: message.deliveryId,
    deliveryMode: 2,
    contentType: 'application/json',
    type: 'execution.completed',
    headers: { 'x-ratchet-delivery': message.deliveryId, 'x-ratchet-execution': message.execution.id },
  });
});
it('sends to an exchange under a routing key', async () => {
  const routed = { ...config, exchange: 'events', routingKey: 'run.{{output.kind}}.{{execution.status}}' };
  expect((await deliver('rabbitmq', routed, sampleOf({ kind: 'check' }))).target).toBe('events run.check.completed');
  expect(await channel.get('checks', { noAck: true })).not.toBe(false);
  // Nobody is bound to it: lost where that is allowed, an error where it is not.
  const nobody = { ...routed, routingKey: 'other' };
  await deliver('rabbitmq', nobody, sampleOf(1));
  const error = await fault('rabbitmq', { ...nobody, mandatory: true });
  expect(error).toMatchObject({ message: expect.stringMatching(/No queue takes what exchange events/), outage: false });
});
it('makes what is not there, where it may', async () => {
  await deliver('rabbitmq', { ...config, queue: 'made', declare: true }, sampleOf(1));
  await deliver('rabbitmq', { ...config, queue: 'made', declare: true }, sampleOf(2));
  expect((await channel.checkQueue('made')).messageCount).toBe(2);
  await deliver('rabbitmq', { ...config, exchange: 'made', exchangeType: 'fanout', declare: true }, sampleOf(1));
  await channel.checkExchange('made');
});
it.each<[string, Record<string, unknown>, RegExp]>([
  ['no such queue', { queue: 'nothing' }, /There is no queue nothing\. Create it, or switch declare on\./],
  ['no such exchange', { exchange: 'nothing' }, /There is no exchange nothing\. Create it, or switch declare on\./],
  ['other properties', { queue: 'short', declare: true }, /queue short is there already with other properties/],
  ['a wrong password', { queue: 'waiting', password: 'wrong' }, /user name or the password is wrong \(user writer\)/],
  ['no such virtual host', { queue: 'waiting', vhost: 'nowhere' }, /There is no virtual host nowhere/],
  ['TLS where there is none', { queue: 'waiting', tls: true }, /does not speak TLS|broke the connection off/],
])('says what to do about %s', async (_, more, said) => {
  const error = await fault('rabbitmq', { ...config, ...more });
  expect(error).toMatchObject({ message: expect.stringMatching(said), final: false });
});
it('says where nothing listens', async () => {
  const port = await freePort();
  const error = await fault('rabbitmq', { ...config, queue: 'waiting', port });
  expect(error.message).toMatch(`Nothing listens at 127.0.0.1:${port}`);
});
it.each([
  [{}, 'config.queue'],
  [{ queue: 'q', exchange: 'e' }, 'config.queue'],
  [{ queue: 'q', routingKey: 'k' }, 'config.routingKey'],
  [{ exchange: 'e', routingKey: '{{nope}}' }, 'config.routingKey'],
])('refuses %j when it is saved', async (more, path) => {
  expect(await fault('rabbitmq', { ...config, ...more })).toMatchObject({ details: [{ path }] });
});
