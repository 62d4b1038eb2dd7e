import { type Client, createClient } from '@ratchet/client/create-client';
import type { ClientOptions } from '@ratchet/client/send-request';
import { operations } from '@ratchet/contract/operations/table';

/** What the steps of the scenario have. */
export interface Scenario {
  readonly client: Client;
  /** The client of somebody else, by their token; without one, of nobody. */
  readonly as: (token: string | undefined) => Client;
  /** Past the proxy, which makes text of raw bytes. */
  readonly direct: ClientOptions;
  /** A folder of this test alone. */
  readonly folder: string;
  /** A request that the client does not make; throws where it is not answered with success. */
  readonly ask: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Response>;
}

export interface Heard {
  /** Operations that were answered with success, by name. */
  readonly answered: ReadonlySet<string>;
  /** What broke the document. */
  readonly violations: readonly string[];
  /** Addresses that answered two bodies under one ETag. */
  readonly sameTagOtherBody: readonly string[];
  readonly requests: number;
}

const patterns = operations.flatMap((operation) =>
  [operation.rest, ...(operation.restAliases ?? [])].map(([method, path]) => ({
    name: operation.name,
    method,
    literal: path.split('/').filter((part) => !part.startsWith('{')).length,
    pattern: new RegExp(
      `^${operation.unversioned ? '' : '/api/v1'}${path
        .replace(/\./g, '\\.')
        .replace(/\{\w+\+\}/g, '.+')
        .replace(/\{\w+\}/g, '[^/]+')}$`,
    ),
  })),
);
const nameOf = (method: string, path: string): string | undefined =>
  patterns.filter((one) => one.method === method && one.pattern.test(path)).sort((a, b) => b.literal - a.literal)[0]
    ?.name;

/** A scenario over some address, and what was heard of it. */
export function scenarioAt(
  baseUrl: string,
  folder: string,
  { server = baseUrl, token }: { readonly server?: string; readonly token: string },
): { at: Scenario; heard: Heard } {
  const answered = new Set<string>();
  const violations: string[] = [];
  const sameTagOtherBody: string[] = [];
  const bodies = new Map<string, string>();
  const heard = { answered, violations, sameTagOtherBody, requests: 0 };
  const listening: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const method = init?.method ?? 'GET';
    const response = await fetch(input, init);
    heard.requests++;
    if (/problem\+json/.test(response.headers.get('content-type') ?? '') || response.headers.has('sl-violations'))
      violations.push(`${method} ${url.pathname}${url.search}: ${(await response.clone().text()).slice(0, 2000)}`);
    const name = nameOf(method, url.pathname);
    if (name && response.status < 300) answered.add(name);
    const tag = response.headers.get('etag');
    if (tag && method === 'GET' && response.status === 200) {
      const key = `${url.pathname}${url.search} ${tag}`;
      const body = await response.clone().text();
      if (bodies.has(key) && bodies.get(key) !== body) sameTagOtherBody.push(`${name}: ${key}`);
      bodies.set(key, body);
    }
    return response;
  };
  const options: ClientOptions = { baseUrl, fetch: listening, retries: 0, token };
  return {
    heard,
    at: {
      client: createClient(options),
      as: (other) => createClient({ ...options, token: other }),
      direct: { ...options, baseUrl: server },
      folder,
      ask: async (method, path, body, headers = {}) => {
        const response = await listening(`${baseUrl}${path}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        });
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
        return response;
      },
    },
  };
}

/** Waits until something is so, by asking again. */
export async function until<T>(ask: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const refused = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'it was not refused',
    (error: { code?: string }) => error.code ?? String(error),
  );
