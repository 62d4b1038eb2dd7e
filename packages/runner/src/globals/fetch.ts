import type { WireRequest, WireResponse } from '../protocol.ts';
import type { Realm } from './realm.ts';

/** Both kinds of fetch: the standard one of async tasks, and the blocking one of classic tasks. */
export function installFetch(realm: Realm): void {
  const { parse, stringify } = realm.json;
  const RequestClass = Reflect.get(globalThis, 'Request') as typeof Request;
  const ResponseClass = Reflect.get(globalThis, 'Response') as typeof Response;
  const SignalClass = Reflect.get(globalThis, 'AbortSignal') as typeof AbortSignal;

  const standard = async (input: unknown, init?: unknown): Promise<unknown> => {
    const request = Reflect.construct(RequestClass, [input, init ?? {}]) as Request;
    const body = realm.wireOf(request);
    realm.checkBody(body);
    const signal = request.signal instanceof SignalClass ? request.signal : null;
    signal?.throwIfAborted();
    const { url, method, redirect } = request;
    const call = { url, method, redirect, headers: realm.readHeaders(request.headers), body };
    const cancelled = Promise.withResolvers<never>();
    const answered = realm.ask('request', stringify(call satisfies WireRequest) as string, (id) => {
      const cancel = (): void => {
        realm.host('abort', `${id}`);
        cancelled.reject(signal?.reason);
      };
      signal?.addEventListener('abort', cancel, { once: true });
    });
    const wire = parse(await Promise.race([answered, cancelled.promise])) as WireResponse;
    const bodyless = [204, 205, 304].includes(wire.status) || method === 'HEAD';
    const content = 'text' in wire.body ? wire.body.text : realm.base64.decode(wire.body.base64);
    const response = Reflect.construct(ResponseClass, [
      bodyless ? null : content,
      { status: wire.status, statusText: wire.statusText },
    ]) as Response;
    response.headers.delete('content-type');
    for (const [name, value] of wire.headers) response.headers.append(name, value);
    for (const [name, value] of [
      ['url', wire.url],
      ['redirected', wire.redirected],
      ['type', 'basic'],
    ] as const) {
      Reflect.set(response, name, value);
    }
    return response;
  };

  const failures: Record<number, [string, string]> = {
    401: ['AuthenticationError', 'The server wants authentication'],
    403: ['AuthorizationError', 'The server refuses access'],
    429: ['RateLimitError', 'The server limits the rate of requests'],
  };

  const blocking = (address: unknown, options?: unknown, body?: unknown): unknown => {
    const given = (typeof options === 'object' && options !== null ? options : {}) as Record<string, unknown>;
    const headers = realm.readHeaders(given.headers);
    const content = body ?? given.body ?? null;
    const json =
      typeof content === 'object' && content !== null && realm.bytesOf(content) === null && !realm.isForm(content);
    if (json && !headers.some(([name]) => name === 'content-type')) headers.push(['content-type', 'application/json']);
    const request = Reflect.construct(RequestClass, [
      address,
      { method: given.method, redirect: given.redirect, headers, body: json ? stringify(content) : content },
    ]) as Request;
    const wire = realm.wireOf(request);
    realm.checkBody(wire);
    const { url, method, redirect } = request;
    const call = { url, method, redirect, headers: realm.readHeaders(request.headers), body: wire };
    const reply = realm.block(stringify(call satisfies WireRequest) as string);
    if (reply[0] !== '+') {
      const error = parse(reply.slice(1)) as { class: string; message: string };
      throw realm.makeError(error.class, error.message, { url });
    }
    const answer = parse(reply.slice(1)) as WireResponse;
    const answered: Record<string, string> = {};
    for (const [name, value] of answer.headers) {
      const held = Object.hasOwn(answered, name) ? answered[name] : undefined;
      const joined = held === undefined ? value : `${held}, ${value}`;
      Object.defineProperty(answered, name, { value: joined, writable: true, enumerable: true, configurable: true });
    }
    let read: unknown = 'text' in answer.body ? answer.body.text : realm.base64.decode(answer.body.base64);
    const type = answered['content-type'];
    if (typeof read === 'string' && (type === undefined || /[/+]json\b/i.test(type))) {
      try {
        read = parse(read);
      } catch {
        // A body that claims to be JSON and is not stays the text that it is.
      }
    }
    const { status, statusText } = answer;
    if (status >= 400) {
      const [name, text] = failures[status] ?? [
        status >= 500 ? 'ServiceUnavailableError' : 'HttpError',
        status >= 500 ? 'The server failed' : 'The server refuses the request',
      ];
      throw realm.makeError(name, `${text}: ${status} ${statusText} (${method} ${url})`, {
        status,
        statusText,
        url,
        headers: answered,
        body: read,
      });
    }
    return { ok: status >= 200 && status <= 299, status, statusText, headers: answered, body: read };
  };

  realm.define('fetch', function fetch(input: unknown, init?: unknown, body?: unknown): unknown {
    return realm.blocking ? blocking(input, init, body) : standard(input, init);
  });
}
