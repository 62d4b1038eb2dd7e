import type { HttpExchange, HttpHop } from '@ratchet/sandbox/sandbox';
import type { Entry, Har, Header, QueryString } from 'har-format';
import { namesSecret, recordedUrl } from './shown-url.ts';

const mark = '[redacted]';
/** Bytes of bodies that one recording keeps. */
const mostBytes = 32 * 1024 * 1024;
const secretHeaders =
  /^(?:authorization|proxy-authorization|cookie|x-(?:.*-)?(?:key|token|secret|signature|password))$/i;

/** What a recording's entries say besides the archive's own members. */
export interface OwnMembers {
  /** Entries of one number are one request: answers that sent it on, then its answer. */
  readonly _exchange: number;
  /** When it began and ended, ms since the run began. */
  readonly _startedMs: number;
  readonly _endedMs: number;
  /** Why there was no answer. */
  readonly _error?: string;
  /** The run ended before an answer came. */
  readonly _unanswered?: true;
}
export type RecordedEntry = Entry & OwnMembers;
export interface RecordedLog extends Omit<Har['log'], 'entries'> {
  readonly entries: RecordedEntry[];
  /** Bodies were left out because there were too many bytes: it cannot be played again. */
  readonly _incomplete?: true;
}
export interface RecordedHar {
  readonly log: RecordedLog;
}

type Pairs = readonly (readonly [string, string])[];
type Body = HttpExchange['requestBody'];

const headersOf = (pairs: Pairs): Header[] =>
  pairs.map(([name, value]) => ({ name, value: secretHeaders.test(name) || namesSecret(name) ? mark : value }));
const queryOf = (url: string): QueryString[] =>
  [...(URL.parse(url)?.searchParams ?? [])].map(([name, value]) => ({ name, value }));
const headerOf = (pairs: Pairs, name: string): string => pairs.find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
const sizeOf = (body: Body): number =>
  body === null ? 0 : 'text' in body ? Buffer.byteLength(body.text) : Buffer.byteLength(body.base64, 'base64');

const requestOf = (method: string, url: string, headers: Pairs, body: Body): Entry['request'] => ({
  method,
  url,
  httpVersion: 'HTTP/1.1',
  cookies: [],
  headers: headersOf(headers),
  queryString: queryOf(url),
  ...(body === null
    ? {}
    : {
        postData: {
          mimeType: headerOf(headers, 'content-type') || 'application/octet-stream',
          text: 'text' in body ? body.text : body.base64,
          // The archive has no member for it in requests.
          ...('text' in body ? {} : { _encoding: 'base64' }),
        },
      }),
  headersSize: -1,
  bodySize: sizeOf(body),
});

const noResponse: Entry['response'] = {
  status: 0,
  statusText: '',
  httpVersion: 'HTTP/1.1',
  cookies: [],
  headers: [],
  content: { size: 0, mimeType: 'x-unknown' },
  redirectURL: '',
  headersSize: -1,
  bodySize: -1,
};

const responseOf = (answer: Omit<HttpHop, 'method' | 'url' | 'location' | 'endedMs'>, body: Body, to: string) => ({
  status: answer.status,
  statusText: answer.statusText,
  httpVersion: 'HTTP/1.1',
  cookies: [],
  headers: answer.headers.map(([name, value]) => ({ name, value })),
  content: {
    size: sizeOf(body),
    mimeType: headerOf(answer.headers, 'content-type') || 'x-unknown',
    ...(body === null ? {} : 'text' in body ? { text: body.text } : { text: body.base64, encoding: 'base64' }),
  },
  redirectURL: to,
  headersSize: -1,
  bodySize: body === null ? -1 : sizeOf(body),
});

/** Writes the requests of one run as an HTTP Archive 1.2. */
export const createHarWriter = () => {
  const entries: RecordedEntry[] = [];
  let bytes = 0;
  let exchanges = 0;
  let incomplete = false;

  /** A body while there is room for it. */
  const kept = (body: Body): Body => {
    bytes += sizeOf(body);
    if (bytes <= mostBytes) return body;
    incomplete = true;
    return null;
  };

  return {
    add(exchange: HttpExchange): void {
      const { method, requestHeaders, redirects, response, error, unanswered, startedAt, startedMs } = exchange;
      const number = exchanges;
      exchanges += 1;
      const entry = (
        from: number,
        to: number,
        wait: number,
        request: Entry['request'],
        answer: Entry['response'],
        more: Partial<OwnMembers> = {},
      ): void => {
        const time = Math.max(0, to - from);
        entries.push({
          startedDateTime: new Date(startedAt.getTime() + from).toISOString(),
          time,
          request,
          response: answer,
          cache: {},
          timings: { send: 0, wait: Math.min(time, wait), receive: Math.max(0, time - wait) },
          _exchange: number,
          _startedMs: startedMs + from,
          _endedMs: startedMs + to,
          ...more,
        });
      };
      const body = kept(exchange.requestBody);
      let from = 0;
      let asked = requestOf(method, recordedUrl(exchange.url), requestHeaders, body);
      for (const hop of redirects) {
        const next = URL.parse(hop.location, hop.url)?.href ?? hop.location;
        entry(from, hop.endedMs, hop.endedMs - from, asked, responseOf(hop, null, recordedUrl(next)));
        from = hop.endedMs;
        const keeps = hop.status >= 307 || (hop.status <= 302 && hop.method !== 'POST');
        asked = requestOf(keeps ? hop.method : 'GET', recordedUrl(next), [], null);
      }
      const { durationMs } = exchange;
      const wait = Math.max(0, (exchange.waitedMs ?? durationMs) - from);
      if (response !== null) entry(from, durationMs, wait, asked, responseOf(response, kept(response.body), ''));
      else
        entry(from, durationMs, wait, asked, noResponse, {
          _error: error ?? 'There was no answer.',
          ...(unanswered ? { _unanswered: true } : {}),
        });
    },
    write(executionId: string, attempt: number): RecordedHar {
      return {
        log: {
          version: '1.2',
          creator: { name: 'Ratchet', version: '1' },
          entries,
          comment: `Execution ${executionId}, attempt ${attempt}`,
          ...(incomplete ? { _incomplete: true } : {}),
        },
      };
    },
  };
};
