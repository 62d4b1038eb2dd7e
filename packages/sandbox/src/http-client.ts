import { isUtf8 } from 'node:buffer';
import { limitMessages, type WireBody, type WireRequest, type WireResponse } from '@ratchet/runner/protocol';
import { LRUCache } from 'lru-cache';
import { type Dispatcher, fetch as undiciFetch } from 'undici';
import { checkUrl, NetworkRefusal, type Resolve, resolveWithSystem } from './network.ts';
import { noProxies, outgoingAgent, type Proxies } from './outgoing-agent.ts';
import type { NetworkPolicy } from './sandbox.ts';

export interface HttpClientOptions {
  readonly connectTimeoutMs?: number;
  /** Certificates of authorities to trust besides the system's, PEM. */
  readonly ca?: readonly string[];
  readonly proxies?: Proxies;
  readonly userAgent?: string;
  /** Resolves names; the system's resolver by default. */
  readonly resolve?: Resolve;
}

export interface RequestBounds {
  readonly policy: NetworkPolicy;
  readonly responseBytes: number;
  readonly signal: AbortSignal;
  /** Told of every answer when its headers are there: where it was asked, and where it sends the request on to. */
  readonly onAnswer?: (answer: Hop) => void;
}

export interface Hop {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Null: it is the answer. */
  readonly location: string | null;
}

const mostRedirects = 10;
/** Characters of an address, and of all headers of a request together; no server takes more. */
const mostHeadBytes = 64 * 1024;
/** Set by the client itself, or able to confuse a server about where a request ends. */
const reserved = new Set([
  'connection',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const personal = ['authorization', 'cookie'];

type Pairs = (readonly [string, string])[];

/** Checks the headers that a task asked for. */
const checkHeaders = (headers: WireRequest['headers']): Pairs => {
  const kept: Pairs = [];
  let size = 0;
  for (const [name, value] of headers) {
    size += name.length + value.length + 4;
    if (size > mostHeadBytes)
      throw new NetworkRefusal(
        `The headers of a request may have ${mostHeadBytes} bytes together; send fewer, or put the data into the body.`,
      );
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/i.test(name))
      throw new NetworkRefusal(`${JSON.stringify(name)} is not a valid header name.`);
    if (/[\0\r\n]/.test(value)) throw new NetworkRefusal(`The value of the header "${name}" has a line break in it.`);
    const key = name.toLowerCase();
    if (reserved.has(key)) throw new NetworkRefusal(`A task may not set the header "${name}".`);
    if (key !== 'content-length') kept.push([key, value]);
  }
  return kept;
};

const bytesOf = (body: WireBody | null): Uint8Array<ArrayBuffer> | string | null =>
  body === null ? null : 'text' in body ? body.text : new Uint8Array(Buffer.from(body.base64, 'base64'));

const readBody = async (body: AsyncIterable<Uint8Array> | null, most: number): Promise<WireBody> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > most) throw new NetworkRefusal(limitMessages.response(most), 'ResponseLimitError');
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks);
  return isUtf8(whole) ? { text: whole.toString('utf8') } : { base64: whole.toString('base64') };
};

/** Says why a request failed, in words that name no address of this machine. */
const explain = (error: unknown, url: URL, signal: AbortSignal): Error => {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof NetworkRefusal) return at;
  }
  if (signal.aborted) return new NetworkRefusal('The request was aborted.');
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null;
  const reason = code ?? (cause instanceof Error ? cause.message : 'unknown reason');
  return new NetworkRefusal(`The request to ${url.host} failed: ${reason}.`);
};

/** The one way out for tasks: every hop is judged, names are resolved once and pinned, bodies are bounded. */
export const createHttpClient = (options: HttpClientOptions = {}) => {
  const { resolve = resolveWithSystem, connectTimeoutMs = 10_000, proxies = noProxies, ca } = options;
  // One agent for each set of opened addresses: a kept connection must not serve a run that may not reach it.
  const agents = new LRUCache<string, Dispatcher>({ max: 32, dispose: (agent) => void agent.close() });

  const agentFor = (policy: NetworkPolicy): Dispatcher => {
    const key = JSON.stringify(policy.allowPrivate);
    const held = agents.get(key);
    if (held !== undefined) return held;
    const agent = outgoingAgent({ policy, resolve, connectTimeoutMs, proxies, ...(ca === undefined ? {} : { ca }) });
    agents.set(key, agent);
    return agent;
  };

  const request = async (call: WireRequest, bounds: RequestBounds): Promise<WireResponse> => {
    if (call.url.length > mostHeadBytes)
      throw new NetworkRefusal(`An address may have ${mostHeadBytes} characters; put the data into the body instead.`);
    let url = URL.parse(call.url);
    if (url === null) throw new NetworkRefusal(`${JSON.stringify(call.url.slice(0, 200))} is not a valid address.`);
    let { method } = call;
    let headers = checkHeaders(call.headers);
    let body = bytesOf(call.body);
    if (!headers.some(([name]) => name === 'user-agent')) headers.push(['user-agent', options.userAgent ?? 'ratchet']);
    for (let hop = 0; ; hop += 1) {
      try {
        checkUrl(url, bounds.policy);
        const response = await undiciFetch(url.href, {
          method,
          headers: headers.map(([name, value]) => [name, value] as [string, string]),
          body,
          redirect: 'manual',
          signal: bounds.signal,
          dispatcher: agentFor(bounds.policy),
        });
        const location = response.headers.get('location');
        const moved = [301, 302, 303, 307, 308].includes(response.status) && location !== null;
        const goesOn = moved && call.redirect !== 'manual';
        const { status, statusText } = response;
        const seen = { method, url: url.href, status, statusText, headers: [...response.headers] };
        bounds.onAnswer?.({ ...seen, location: goesOn ? location : null });
        if (!goesOn) {
          const answer = await readBody(response.body, bounds.responseBytes);
          return {
            status,
            statusText,
            url: url.href,
            redirected: hop > 0,
            headers: [...response.headers],
            body: answer,
          };
        }
        await response.body?.cancel();
        if (call.redirect === 'error')
          throw new NetworkRefusal(`${url.host} redirects, which the request does not allow.`);
        if (hop === mostRedirects) throw new NetworkRefusal(`${url.host} redirects more than ${mostRedirects} times.`);
        const next = URL.parse(location, url.href);
        if (next === null) throw new NetworkRefusal(`${url.host} redirects to an address that is not valid.`);
        if (next.origin !== url.origin) headers = headers.filter(([name]) => !personal.includes(name));
        if ((status === 303 && method !== 'HEAD') || (status <= 302 && method === 'POST')) {
          method = 'GET';
          body = null;
          headers = headers.filter(([name]) => !name.startsWith('content-'));
        }
        url = next;
      } catch (error) {
        throw explain(error, url, bounds.signal);
      }
    }
  };

  return {
    request,
    async close(): Promise<void> {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
};

export type HttpClient = ReturnType<typeof createHttpClient>;
