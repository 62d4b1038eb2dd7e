import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { untilAborted } from './abort.ts';
import { type RabbitmqConfig as Config, RabbitmqConfig } from './config-rabbitmq.ts';
import { tlsOptions } from './config-shape.ts';
import { DeliveryError, refused } from './delivery-error.ts';
import type { DestinationType } from './destination-type.ts';
import { type Body, bodyOf } from './format.ts';
import type { Message } from './message.ts';
import { networkReason } from './reason.ts';
import { render } from './template.ts';
import { variablesOf } from './template-values.ts';

const targetOf = (config: Config, routingKey: string): string =>
  config.queue ?? `${config.exchange}${routingKey ? ` ${routingKey}` : ''}`;

function reasonOf(error: unknown, config: Config, where: string, target: string): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const { message, code } = error as Error & { code?: unknown };
  const options = { target, cause: error };
  const name = config.queue === undefined ? `exchange ${config.exchange}` : `queue ${config.queue}`;
  if (
    /ACCESS_REFUSED.*(login|mechanism)/i.test(message) ||
    (/ACCESS.REFUSED/i.test(message) && code === 403 && /login/i.test(message))
  )
    return new DeliveryError(`The user name or the password is wrong (user ${config.username}).`, options);
  if (/ACCESS.REFUSED/i.test(message))
    return new DeliveryError(`${config.username} may not write to the ${name}.`, options);
  if (/NOT_ALLOWED|vhost .* not found|access to vhost|Expected ConnectionOpenOk/i.test(message))
    return new DeliveryError(
      `There is no virtual host ${config.vhost}, or ${config.username} may not use it.`,
      options,
    );
  if (/NOT_FOUND/.test(message) || code === 404)
    return new DeliveryError(`There is no ${name}. Create it, or switch declare on.`, options);
  if (/PRECONDITION_FAILED/.test(message) || code === 406)
    return new DeliveryError(`The ${name} is there already with other properties. Switch declare off.`, options);
  if (/Socket closed abruptly during opening handshake/.test(message))
    return new DeliveryError(`${where} broke the connection off: wrong user or password, or it expects TLS.`, options);
  return new DeliveryError(networkReason(error, where) ?? `${where}: ${message}`, options);
}

async function publish(
  connection: ChannelModel,
  message: Message,
  config: Config,
  routingKey: string,
  { bytes, contentType }: Body,
): Promise<void> {
  const channel: ConfirmChannel = await connection.createConfirmChannel();
  let fault: unknown = null;
  let unroutable = false;
  const broken = new Promise<never>((_, reject) => {
    channel.on('error', (error) => {
      fault ??= error;
      reject(error);
    });
    channel.on('close', () => reject(fault ?? new Error('The channel was closed.')));
  });
  broken.catch(() => {});
  // The broker gives it back before it confirms it.
  channel.on('return', () => {
    unroutable = true;
  });
  const { queue, exchange } = config;
  if (config.declare) {
    if (queue !== undefined) await channel.assertQueue(queue, { durable: true });
    else await channel.assertExchange(exchange ?? '', config.exchangeType, { durable: true });
  }
  const confirmed = new Promise<void>((resolve, reject) => {
    channel.publish(
      queue === undefined ? (exchange ?? '') : '',
      queue ?? routingKey,
      bytes,
      {
        persistent: config.persistent,
        mandatory: config.mandatory ?? queue !== undefined,
        messageId: message.deliveryId,
        timestamp: Math.floor(Date.parse(message.execution.finishedAt) / 1000),
        type: `execution.${message.execution.status}`,
        appId: 'ratchet',
        contentType,
        headers: { 'x-ratchet-delivery': message.deliveryId, 'x-ratchet-execution': message.execution.id },
      },
      (error) => (error ? reject(new DeliveryError('The server there refused to keep the message.')) : resolve()),
    );
  });
  await Promise.race([confirmed, broken]);
  if (!unroutable) return;
  throw refused(
    queue === undefined
      ? `No queue takes what exchange ${exchange} is given under ${routingKey || 'an empty routing key'}. Bind one, or switch mandatory off.`
      : `There is no queue ${queue}. Create it, or switch declare on.`,
  );
}

/** Messages for an exchange or a queue of RabbitMQ, confirmed by it. */
export const rabbitmq: DestinationType<Config> = {
  schema: RabbitmqConfig,
  secrets: ['password'],
  templates: ({ routingKey }) => [{ path: 'routingKey', text: routingKey, use: 'key' }],
  async deliver(message, config, signal) {
    const routingKey = render(config.routingKey, 'key', variablesOf(message));
    const target = targetOf(config, routingKey);
    if (Buffer.byteLength(routingKey) > 255)
      throw refused('The routing key is longer than 255 bytes.', { final: true });
    const body = bodyOf(message, config);
    const port = config.port ?? (config.tls ? 5671 : 5672);
    const where = `${config.host}:${port}`;
    const { default: amqp } = await import('amqplib');
    const tls = tlsOptions(config);
    let connection: ChannelModel | null = null;
    let fault: unknown = null;
    const close = async () => {
      // A broker that hangs does not answer the farewell.
      await Promise.race([connection?.close(), sleep(1000, undefined, { ref: false })]).catch(() => {});
      (connection?.connection as unknown as { stream?: { destroy(): void } } | undefined)?.stream?.destroy();
    };
    const whole = async () => {
      connection = await amqp.connect(
        {
          protocol: config.tls ? 'amqps' : 'amqp',
          hostname: config.host,
          port,
          username: config.username,
          password: config.password ?? '',
          vhost: config.vhost,
          heartbeat: 30,
        },
        { ...(tls || {}), timeout: 30_000, clientProperties: { connection_name: 'ratchet output' } },
      );
      connection.on('error', (error) => {
        fault ??= error;
      });
      if (signal.aborted) await close();
      await publish(connection, message, config, routingKey, body);
    };
    try {
      await untilAborted(signal, whole, close);
      return { target, response: `confirmed, message id ${message.deliveryId}`, bytes: body.bytes.length };
    } catch (error) {
      if (signal.aborted) throw error;
      throw reasonOf(fault ?? error, config, where, target);
    }
  },
};
