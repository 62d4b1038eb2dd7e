import type { Redis } from 'ioredis';
import { untilAborted } from './abort.ts';
import { type RedisConfig as Config, RedisConfig } from './config-redis.ts';
import { address, tlsOptions } from './config-shape.ts';
import { DeliveryError, refused } from './delivery-error.ts';
import type { DestinationType } from './destination-type.ts';
import { bodyOf } from './format.ts';
import type { Message } from './message.ts';
import { networkReason } from './reason.ts';
import { render } from './template.ts';
import { variablesOf } from './template-values.ts';

function reasonOf(error: unknown, config: Config, key: string): DeliveryError {
  const { message } = error as Error;
  const [kind] = message.split(' ');
  const options = { target: key, cause: error };
  const who = config.username ?? 'default';
  if (kind === 'WRONGPASS' || /invalid password/i.test(message))
    return new DeliveryError(`The user name or the password is wrong (user ${who}).`, options);
  if (kind === 'NOAUTH') return new DeliveryError('The server asks for a password. Give one.', options);
  if (/called without any password configured/.test(message))
    return new DeliveryError('The server has no password set. Leave password out.', options);
  if (kind === 'NOPERM') return new DeliveryError(`The user ${who} may not write to this key: ${message}`, options);
  if (kind === 'WRONGTYPE')
    return refused(`There is another kind of value at ${key} already. Choose another key, or remove it.`, options);
  if (/DB index is out of range/.test(message))
    return new DeliveryError(`There is no database ${config.database}.`, options);
  const where = address(config);
  if (/^Connection is closed/.test(message)) return new DeliveryError(`${where} broke the connection off.`, options);
  return new DeliveryError(networkReason(error, where) ?? `${where}: ${message}`, options);
}

/** Sends it and answers what Redis said. */
async function write(redis: Redis, message: Message, config: Config, key: string, body: Buffer): Promise<string> {
  const { mode, maxLength, push, ttlSeconds } = config;
  if (mode === 'publish') return `${await redis.publish(key, body)} listeners`;
  if (mode === 'set') {
    if (ttlSeconds === undefined) await redis.set(key, body);
    else await redis.set(key, body, 'EX', ttlSeconds);
    return 'OK';
  }
  if (mode === 'stream') {
    const members = ['delivery', message.deliveryId, 'execution', message.execution.id, 'body', body];
    const bound = maxLength === undefined ? [] : ['MAXLEN', '~', maxLength];
    return `id ${await redis.call('xadd', [key, ...bound, '*', ...members])}`;
  }
  const both = redis.multi();
  if (push === 'right') both.rpush(key, body);
  else both.lpush(key, body);
  // The newest stay, whichever end they are pushed to.
  if (maxLength !== undefined)
    both.ltrim(key, push === 'right' ? -maxLength : 0, push === 'right' ? -1 : maxLength - 1);
  const [pushed] = (await both.exec()) ?? [];
  if (pushed?.[0]) throw pushed[0];
  return `length ${Math.min(Number(pushed?.[1]), maxLength ?? Number.POSITIVE_INFINITY)}`;
}

/** Lists, streams, channels and values of Redis. */
export const redis: DestinationType<Config> = {
  schema: RedisConfig,
  secrets: ['password'],
  templates: ({ key }) => [{ path: 'key', text: key, use: 'key' }],
  async deliver(message, config, signal) {
    const key = render(config.key, 'key', variablesOf(message));
    const { bytes } = bodyOf(message, config);
    const { Redis } = await import('ioredis');
    const tls = tlsOptions(config);
    const client = new Redis({
      host: config.host,
      port: config.port,
      ...(config.username === undefined ? {} : { username: config.username }),
      ...(config.password === undefined ? {} : { password: config.password }),
      ...(tls ? { tls } : {}),
      lazyConnect: true,
      retryStrategy: null,
      maxRetriesPerRequest: 0,
      enableReadyCheck: false,
      connectionName: 'ratchet-output',
    });
    // What `connect` rejects with is only that it is closed; the event says why.
    let cause: unknown = null;
    client.on('error', (error) => {
      cause ??= error;
    });
    const whole = async () => {
      await client.connect();
      // Selected by the driver, a database that is not there would be passed over, and the first one written to.
      if (config.database !== 0) await client.select(config.database);
      return write(client, message, config, key, bytes);
    };
    try {
      const response = await untilAborted(signal, whole, () => client.disconnect());
      return { target: key, response, bytes: bytes.length };
    } catch (error) {
      if (signal.aborted) throw error;
      const isClosed = /^Connection is closed/.test((error as Error).message);
      throw reasonOf(isClosed && cause ? cause : error, config, key);
    }
  },
};
