import { setTimeout as sleep } from 'node:timers/promises';
import type { WireRequest, WireResponse } from '@ratchet/runner/protocol';
import { NetworkRefusal } from './network.ts';
import type { HttpMock } from './sandbox.ts';

const wholeAnswer = new Set(['status', 'statusText', 'headers', 'body', 'delay_ms', 'network_error']);

interface WholeAnswer {
  readonly status?: number;
  readonly statusText?: string;
  readonly headers?: object;
  readonly body?: unknown;
  readonly delay_ms?: number;
  readonly network_error?: string;
}

/** A whole answer has nothing but an answer's fields, and at least a number as its status, a body, a delay or an error. */
const isWhole = (value: unknown): value is WholeAnswer => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  if (keys.length === 0 || !keys.every((key) => wholeAnswer.has(key))) return false;
  const { status, delay_ms: delay, network_error: error } = value as { [K in keyof WholeAnswer]?: unknown };
  if (delay !== undefined && typeof delay !== 'number') return false;
  if (error !== undefined && typeof error !== 'string') return false;
  if (status !== undefined) return typeof status === 'number';
  return keys.some((key) => key === 'body' || key === 'delay_ms' || key === 'network_error');
};

const matches = (mock: HttpMock, call: WireRequest): boolean => {
  if (mock.method !== undefined && mock.method.toUpperCase() !== call.method.toUpperCase()) return false;
  const [first = '', ...rest] = mock.url.split('*');
  if (rest.length === 0) return call.url === first || call.url === `${first}/`;
  if (!call.url.startsWith(first)) return false;
  const last = rest.pop() as string;
  let at = first.length;
  for (const part of rest) {
    const found = call.url.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return call.url.length - last.length >= at && call.url.endsWith(last);
};

/**
 * Answers the requests of one run from its mocks, each after its delay. Rejects with NetworkRefusal when none fits, for with
 * mocks no request leaves; when the mock says that the network fails; and when the request is given up.
 */
export const createMocks = (mocks: readonly HttpMock[]) => {
  const used = new Map<HttpMock, number>();
  return async (call: WireRequest, signal: AbortSignal): Promise<WireResponse> => {
    const mock = mocks.find((candidate) => matches(candidate, call));
    if (mock === undefined) throw new NetworkRefusal(nothingAnswers(mocks, call));
    const turn = used.get(mock) ?? 0;
    used.set(mock, turn + 1);
    const next =
      mock.responses === undefined ? mock.response : mock.responses[Math.min(turn, mock.responses.length - 1)];
    const given = isWhole(next) ? next : { body: next };
    if (given.delay_ms !== undefined && given.delay_ms > 0)
      await sleep(Math.min(given.delay_ms, longestDelay), undefined, { signal }).catch(() => {
        throw new NetworkRefusal('The request was aborted.');
      });
    if (given.network_error !== undefined) throw new NetworkRefusal(given.network_error);
    return answerOf(given, call);
  };
};

/** A timer takes no more. */
const longestDelay = 2 ** 31 - 1;

const nothingAnswers = (mocks: readonly HttpMock[], call: WireRequest): string => {
  const known = mocks.map(({ method, url }) => `${method ?? 'any method'} ${url}`).join(', ');
  const list = known === '' ? 'There are no mocks, and' : `The mocks are: ${known}.`;
  return `No mock answers ${call.method} ${call.url}. ${list} ${known === '' ? 'without one' : 'With mocks'} no request leaves the sandbox.`;
};

const answerOf = (given: WholeAnswer, call: WireRequest): WireResponse => {
  const headers = Object.entries(given.headers ?? {}).map(
    ([name, value]) => [name.toLowerCase(), String(value)] as const,
  );
  const { body = null, status = 200 } = given;
  const text = typeof body === 'string' ? body : body === null ? '' : JSON.stringify(body);
  const typed = headers.some(([name]) => name === 'content-type');
  const type = typeof body === 'string' ? 'text/plain;charset=UTF-8' : 'application/json';
  return {
    status,
    statusText: given.statusText ?? '',
    url: call.url,
    redirected: false,
    headers: typed || body === null ? headers : [...headers, ['content-type', type]],
    body: { text },
  };
};
