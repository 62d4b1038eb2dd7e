import type { WireRequest, WireResponse } from '@ratchet/runner/protocol';
import { NetworkRefusal } from './network.ts';
import type { HttpMock } from './sandbox.ts';

const wholeAnswer = new Set(['status', 'statusText', 'headers', 'body']);

/** A whole answer has nothing but an answer's fields, and at least a number as its status or a body. */
const isWhole = (
  value: unknown,
): value is { status?: number; statusText?: string; headers?: object; body?: unknown } => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  if (keys.length === 0 || !keys.every((key) => wholeAnswer.has(key))) return false;
  const { status } = value as { status?: unknown };
  return typeof status === 'number' || (status === undefined && keys.includes('body'));
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

/** Answers a request from a run's mocks. Throws NetworkRefusal when none fits: with mocks no request leaves. */
export const answerFromMocks = (mocks: readonly HttpMock[], call: WireRequest): WireResponse => {
  const mock = mocks.find((candidate) => matches(candidate, call));
  if (mock === undefined) {
    const known = mocks.map(({ method, url }) => `${method ?? 'any method'} ${url}`).join(', ');
    const list = known === '' ? 'There are no mocks, and' : `The mocks are: ${known}.`;
    throw new NetworkRefusal(
      `No mock answers ${call.method} ${call.url}. ${list} ${known === '' ? 'without one' : 'With mocks'} no request leaves the sandbox.`,
    );
  }
  const given = isWhole(mock.response) ? mock.response : { body: mock.response };
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
