import type { ErrorCode } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import { type Credentials, proofHeaders, type Wire, WireError } from '../wire.ts';
import { serverSentData } from './server-sent-data.ts';

const prefix = '/api/v1';
type Values = Readonly<Record<string, unknown>>;

/**
 * REST by method, path and query as the contract gives them and `interfaces.md` writes them. Made apart from the client
 * package, so that neither hides a fault of the other.
 */
export function restWire(address: string, credentials: Credentials = {}): Wire {
  const send = (operation: Operation, input: Values, signal?: AbortSignal): Promise<Response> => {
    const [method, path] = operation.rest;
    const rest = { ...input };
    const filled = path.replace(/\{(\w+)(\+?)\}/g, (_, member: string, spans: string) => {
      const text = String(rest[member]);
      delete rest[member];
      return spans ? text.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(text);
    });
    const url = new URL(`${address}${operation.unversioned ? '' : prefix}${filled}`);
    const inBody = method !== 'GET' && method !== 'DELETE';
    if (!inBody) for (const [name, value] of queryOf(operation, rest)) url.searchParams.append(name, value);
    return fetch(url, {
      method,
      headers: { ...proofHeaders(credentials), ...(inBody ? { 'content-type': 'application/json' } : {}) },
      ...(inBody ? { body: JSON.stringify(rest) } : {}),
      ...(signal ? { signal } : {}),
    });
  };
  return {
    name: 'rest',
    async call(operation, input) {
      const response = await send(operation, input);
      const text = await response.text();
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      if (response.ok) return body;
      // A refusal that carries its output: a sync with conflicts, a push that was not taken.
      if (operation.refused && !(body as Values).requestId) return body;
      throw errorOf(body);
    },
    async *stream(operation, input, signal) {
      const response = await send(operation, input, signal);
      if (!response.ok) throw errorOf(await response.json());
      yield* serverSentData(response);
    },
    as: (proof) => restWire(address, proof),
    close: async () => {},
  };
}

const errorOf = (body: unknown): WireError => {
  const { code, message, details } = body as { code: ErrorCode; message: string; details: unknown };
  return new WireError(code, message, details);
};

/** Lists have a notation of their own: `name_like=x`, `sort=-name,createdAt`; the rest are plain members. */
function queryOf(operation: Operation, input: Values): [string, string][] {
  return Object.entries(input).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return [];
    if (operation.list && name === 'sort')
      return [['sort', (value as Level[]).map(({ field, order }) => (order === 'desc' ? '-' : '') + field).join(',')]];
    if (operation.list && name === 'filters')
      return (value as Condition[]).flatMap(({ field, op = 'eq', value: wanted }) =>
        [wanted].flat().map((one): [string, string] => [op === 'eq' ? `${field}[]` : `${field}_${op}`, String(one)]),
      );
    return [value].flat().map((one): [string, string] => [name, String(one)]);
  });
}

interface Level {
  readonly field: string;
  readonly order?: string;
}
interface Condition {
  readonly field: string;
  readonly op?: string;
  readonly value: unknown;
}
