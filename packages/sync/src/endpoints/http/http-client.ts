import { EndpointError } from '../../problem.ts';

export interface HttpClientOptions {
  /** The registry's own origin: nothing is written anywhere else. */
  readonly origin: string;
  /** Sent to that origin only. */
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
  /** How long the server may be silent, in milliseconds. */
  readonly timeoutMs: number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE' | 'POST';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Bytes of the answer, at most. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

export type HttpClient = (request: HttpRequest) => Promise<HttpAnswer>;

const mostRedirects = 5;
/** What a connection must carry away of a body in a second, so that a slow one is not taken for a silent one. Bytes. */
const slowestUpload = 32 * 1024;

/**
 * Asks a registry. Redirects are followed, five at most; another origin never gets the credential, and never a write.
 * Throws EndpointError for a server that does not answer whole, and `misconfigured` for headers that cannot be sent.
 */
export function httpClient({ origin, headers, fetch, timeoutMs }: HttpClientOptions): HttpClient {
  checkHeaders(headers);
  return async function ask(request) {
    const reads = request.method === 'GET' || request.method === 'HEAD';
    let url = request.url;
    let strayed = false;
    for (let hop = 0; ; hop++) {
      strayed ||= url.origin !== origin;
      if (strayed && !reads)
        throw new EndpointError('misconfigured', 'The registry sends writes to another server.', false);
      const all = { ...unpacked, ...(strayed ? {} : headers), ...request.headers };
      const answer = await once({ ...request, url, headers: all }, fetch, timeoutMs);
      const next = redirectOf(answer, url, reads);
      if (!next) return answer;
      if (hop === mostRedirects) throw new EndpointError('misconfigured', 'The registry redirects in a circle.', false);
      if (!/^https?:$/.test(next.protocol) || (url.protocol === 'https:' && next.protocol === 'http:'))
        throw new EndpointError(
          'misconfigured',
          'The registry redirects to an address that is not safe to use.',
          false,
        );
      url = next;
    }
  };
}

/** A server that packs what it sends gives a weak ETag, or another one, for it: no write could rest on that. */
const unpacked = { 'accept-encoding': 'identity' };

/** The platform's own complaint shows the header, and so the credential. */
function checkHeaders(headers: Readonly<Record<string, string>>): void {
  try {
    new Headers(headers);
  } catch {
    throw new EndpointError('misconfigured', 'The credential holds characters that a header cannot carry.', false);
  }
}

function redirectOf({ status, headers }: HttpAnswer, from: URL, reads: boolean): URL | null {
  // 303 answers a write with what to read next: the write is done.
  if (![301, 302, 307, 308].includes(status) && !(reads && status === 303)) return null;
  const location = headers.get('location');
  return location === null ? null : URL.parse(location, from.href);
}

async function once(request: HttpRequest, send: typeof fetch, timeoutMs: number): Promise<HttpAnswer> {
  const { method, url, headers, body, limit, signal } = request;
  const silent = new AbortController();
  const upload = ((body?.length ?? 0) / slowestUpload) * 1000;
  let timer = setTimeout(() => silent.abort(), timeoutMs + upload);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silent.abort(), timeoutMs);
  };
  try {
    const response = await send(url, {
      method,
      redirect: 'manual',
      headers: { ...headers },
      ...(body === undefined ? {} : { body: body as string }),
      signal: AbortSignal.any([silent.signal, ...(signal ? [signal] : [])]),
    });
    heard();
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      heard();
      size += chunk.length;
      if (size > limit)
        throw new EndpointError('misconfigured', `The registry answers with more than ${limit} bytes.`, false);
      chunks.push(chunk);
    }
    const bytes = Buffer.concat(chunks);
    const told = response.headers.get('content-length');
    const packed = response.headers.has('content-encoding');
    if (method !== 'HEAD' && told !== null && !packed && response.status !== 304 && Number(told) !== bytes.length)
      throw new Error('the answer ended early');
    return { status: response.status, headers: response.headers, bytes };
  } catch (error) {
    if (error instanceof EndpointError || signal?.aborted) throw error;
    const why = silent.signal.aborted ? `it was silent for ${timeoutMs / 1000} seconds` : reasonOf(error);
    throw new EndpointError('unreachable', `The registry does not answer: ${why}.`, true, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const inner = cause as { code?: string; message?: string } | undefined;
  return inner?.code ?? inner?.message ?? message;
}

/** What a status means that ends the work; null: it does not. */
export function refusedBy({ status }: HttpAnswer): EndpointError | null {
  if (status === 401)
    return new EndpointError('unauthenticated', 'The registry does not accept the credential.', false);
  if (status === 403) return new EndpointError('denied', 'The registry does not let this credential in.', false);
  if (status === 429) return new EndpointError('busy', 'The registry asks to be left alone for a while.', true);
  if (status >= 500) return new EndpointError('unreachable', `The registry answers ${status}.`, true);
  return null;
}

/** A strong ETag, with its quotes; null: there is none that a condition could rest on. */
export function strongTag(headers: Headers): string | null {
  const tag = headers.get('etag');
  return tag && /^"[^"]*"$/.test(tag) ? tag : null;
}
