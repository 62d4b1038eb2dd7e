import { createHmac } from 'node:crypto';
import type { HttpClient } from '@ratchet/sandbox/http-client';
import { type WebhookConfig as Config, WebhookConfig } from './config-webhook.ts';
import { DeliveryError, refused, unfit } from './delivery-error.ts';
import type { DestinationType, NamedTemplate } from './destination-type.ts';
import { type Body, bodyOf } from './format.ts';
import type { Message } from './message.ts';
import { networkReason } from './reason.ts';
import { retryAfterMs } from './retry-after.ts';
import { render } from './template.ts';
import { variablesOf } from './template-values.ts';

type WireRequest = Parameters<HttpClient['request']>[0];
type Pairs = WireRequest['headers'];
type Response = Awaited<ReturnType<HttpClient['request']>>;

const mostHops = 5;
/** Read to its end though little of it is of use: an answer that is long is still an answer. */
const responseBytes = 32 * 1024 * 1024;
const shownBytes = 200;
const usuallyRetried = (status: number) => status === 408 || status === 425 || status === 429 || status >= 500;

/** A body as it crosses to the client: text stays text. */
const wireBody = ({ bytes }: Body): WireRequest['body'] => {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? { text } : { base64: bytes.toString('base64') };
};

function headersOf(message: Message, config: Config, body: Body, now: Date): Pairs {
  const variables = variablesOf(message, config.secrets);
  const own = Object.entries(config.headers).map(
    ([name, value]) => [name.toLowerCase(), render(value, 'header', variables)] as const,
  );
  const given = new Set(own.map(([name]) => name));
  const pairs: [string, string][] = [
    ...(given.has('content-type') ? [] : [['content-type', body.contentType] as [string, string]]),
    ...own.map(([name, value]) => [name, value] as [string, string]),
    ['x-ratchet-delivery', message.deliveryId],
    ['x-ratchet-attempt', String(message.attempt)],
    ['x-ratchet-event', `execution.${message.execution.status}`],
  ];
  if (config.auth === 'bearer') pairs.push(['authorization', `Bearer ${config.token}`]);
  if (config.auth === 'api_key') pairs.push([config.apiKeyHeader.toLowerCase(), config.apiKey ?? '']);
  if (config.auth === 'basic') {
    const both = Buffer.from(`${config.username}:${config.password}`, 'utf8').toString('base64');
    pairs.push(['authorization', `Basic ${both}`]);
  }
  if (config.signingSecret !== undefined) {
    const timestamp = String(Math.floor(now.getTime() / 1000));
    const signature = createHmac('sha256', config.signingSecret)
      .update(`${timestamp}.`)
      .update(body.bytes)
      .digest('hex');
    pairs.push(['x-ratchet-timestamp', timestamp], ['x-ratchet-signature', `sha256=${signature}`]);
  }
  return pairs;
}

/** What may not go to another origin than the one it was given for. */
const isPersonal = (name: string, config: Config): boolean =>
  name === 'authorization' ||
  name === 'cookie' ||
  name === config.apiKeyHeader.toLowerCase() ||
  name in lower(config.headers);
const lower = (headers: Config['headers']) =>
  Object.fromEntries(Object.keys(headers).map((name) => [name.toLowerCase(), true]));

export interface WebhookOptions {
  readonly http: HttpClient;
  /** Hosts, addresses and ranges that may be reached beyond public addresses. */
  readonly allowPrivate: readonly string[];
}

/** Sends outputs to an HTTP address. Goes along with 307 and 308 only: the others lose the body. */
export function webhook({ http, allowPrivate }: WebhookOptions): DestinationType<Config> {
  async function send(url: string, headers: Pairs, body: Body, config: Config, signal: AbortSignal): Promise<Response> {
    let at = url;
    let sent = headers;
    for (let hop = 0; ; hop++) {
      const call: WireRequest = {
        method: config.method,
        url: at,
        headers: sent,
        body: wireBody(body),
        redirect: 'manual',
      };
      const answer = await http.request(call, { policy: { allow: null, allowPrivate }, responseBytes, signal });
      if (answer.status !== 307 && answer.status !== 308) return answer;
      const location = answer.headers.find(([name]) => name === 'location')?.[1];
      const next = location === undefined ? null : URL.parse(location, at);
      if (!next) return answer;
      if (hop === mostHops) throw refused(`${new URL(url).host} redirects more than ${mostHops} times.`);
      if (next.origin !== new URL(at).origin) sent = sent.filter(([name]) => !isPersonal(name, config));
      at = next.href;
    }
  }

  return {
    schema: WebhookConfig,
    secrets: ['token', 'password', 'apiKey', 'signingSecret', 'secrets'],
    secretNames: ({ secrets }) => Object.keys(secrets ?? {}),
    templates: ({ url, headers }): NamedTemplate[] => [
      { path: 'url', text: url, use: 'url' },
      ...Object.entries(headers).map(([name, text]) => ({ path: `headers.${name}`, text, use: 'header' as const })),
    ],
    async deliver(message, config, signal) {
      const target = render(config.url, 'url', variablesOf(message, config.secrets));
      if (!URL.canParse(target)) throw unfit('The templates in url do not come to an address.');
      const { host } = new URL(target);
      const body = bodyOf(message, config);
      const answer = await send(target, headersOf(message, config, body, new Date()), body, config, signal).catch(
        (error) => {
          throw connectionFault(error, host, target);
        },
      );
      const { status } = answer;
      const said = `${status} ${answer.statusText}`.trim();
      if (status >= 200 && status < 300) return { target, response: said, bytes: body.bytes.length };
      const { text, final } = verdict(status, said, host, config);
      const shown = 'text' in answer.body ? answer.body.text.trim().replace(/\s+/g, ' ').slice(0, shownBytes) : '';
      throw new DeliveryError(shown ? `${text} It said: ${shown}` : text, {
        final,
        // A refusal of this message is an answer: the receiver works.
        outage: !final && status !== 429,
        target,
        ...retryAfterMs(answer.headers.find(([name]) => name === 'retry-after')?.[1]),
      });
    },
  };
}

function verdict(status: number, said: string, host: string, config: Config): { text: string; final: boolean } {
  const retried = config.retryStatuses?.includes(status) ?? usuallyRetried(status);
  const final = !retried;
  if (status === 401 || status === 403) return { text: `${host} answered ${said}. Check auth and its secret.`, final };
  if (status >= 300 && status < 400)
    return { text: `${host} answered ${said}: it redirects. Give the address it redirects to.`, final };
  if (status === 404 || status === 410) return { text: `${host} answered ${said}. Check the path of url.`, final };
  return { text: `${host} answered ${said}.`, final };
}

function connectionFault(error: unknown, host: string, target: string): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const { message } = error as Error;
  const forbidden = /^(\S+) is an? (\S+) address; a task can reach public addresses only/.exec(message);
  if (forbidden)
    return new DeliveryError(
      `${forbidden[1]} is a ${forbidden[2]} address. Webhooks go to public addresses only, unless RATCHET_OUTPUT_ALLOW_PRIVATE names it.`,
      { final: true, target, cause: error },
    );
  if (/failed: bad port/.test(message))
    return new DeliveryError(`Web requests are not sent to the port of ${host}.`, {
      final: true,
      target,
      cause: error,
    });
  const code = /failed: (\w+)\.$/.exec(message)?.[1];
  const coded = code === undefined ? error : Object.assign(new Error(message), { code });
  return new DeliveryError(networkReason(coded, host) ?? message, { target, cause: error });
}
