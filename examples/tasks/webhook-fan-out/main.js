/**
 * Sends one event to many receivers at once, a few at a time. Each delivery is tried again while that may help, and is
 * signed where a secret is named. The same event always carries the same delivery id, so that receivers can drop repeats.
 */
export default async function main(input, context) {
  const { event, payload, targets, concurrency = 4, attempts = 3, retryDelayMs = 500 } = input;
  const body = JSON.stringify({ event, payload });
  const deliveryId = await idOf(body);

  const queue = targets.map((target, index) => ({ target, index }));
  const deliveries = new Array(targets.length);
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      deliveries[next.index] = await deliver(next.target, { body, deliveryId, event, attempts, retryDelayMs }, context);
      context.progress(deliveries.filter(Boolean).length / targets.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, targets.length) }, work));

  const failed = deliveries.filter((delivery) => !delivery.delivered);
  const vital = failed.filter((delivery) => targets.some((target) => target.url === delivery.url && target.required));
  if (vital.length > 0)
    throw new ServiceUnavailableError(`Not delivered to ${vital.map(({ url }) => url).join(', ')}: ${vital[0].error}`);
  return { deliveryId, delivered: deliveries.length - failed.length, failed: failed.length, deliveries };
}

async function deliver(target, { body, deliveryId, event, attempts, retryDelayMs }, context) {
  const headers = {
    'content-type': 'application/json',
    ...target.headers,
    'x-event': event,
    'x-delivery-id': deliveryId,
    ...(await signature(target, body, context)),
  };
  const result = { url: target.url, delivered: false, status: null, attempts: 0, error: null };
  while (!result.delivered && result.attempts < attempts) {
    if (result.attempts > 0) await pause(retryDelayMs * 2 ** (result.attempts - 1));
    result.attempts += 1;
    try {
      const response = await fetch(target.url, { method: 'POST', headers, body, signal: context.signal });
      await response.text();
      result.status = response.status;
      result.delivered = response.ok;
      result.error = response.ok ? null : `The receiver answered ${response.status}.`;
      // A refusal stays a refusal; only overload and faults of the receiver may pass.
      if (!response.ok && response.status < 500 && response.status !== 429) break;
    } catch (error) {
      if (context.signal.aborted) throw error;
      result.error = error.message;
    }
  }
  if (!result.delivered) context.log.warn(`Not delivered to ${target.url}`, { error: result.error });
  return result;
}

/** `X-Signature: t=<seconds>,v1=<hex>` over `<seconds>.<body>`, with a secret that was granted to this task. */
async function signature(target, body, context) {
  if (!target.secretName) return {};
  const secret = context.secrets[target.secretName];
  if (!secret) throw new ConfigurationError(`The secret ${JSON.stringify(target.secretName)} is not granted to this task.`);
  const seconds = Math.floor(Date.now() / 1000);
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(`${seconds}.${body}`));
  return { 'x-signature': `t=${seconds},v1=${hex(mac)}` };
}

const idOf = async (body) => hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body))).slice(0, 32);
const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
