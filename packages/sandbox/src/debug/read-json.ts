import type { Redactor } from '../redact.ts';
import { type CdpClient, CdpError, type RemoteObject } from './cdp.ts';

interface Property {
  readonly name: string;
  readonly enumerable?: boolean;
  readonly value?: RemoteObject;
  readonly get?: RemoteObject;
}

const mostText = 4000;
const mostObjects = 40;
const mostMembers = 200;
const mostDepth = 8;

/** It is no plain data, or too much of it. */
class NotShown extends Error {}

/**
 * Reads paused values as JSON, where they are plain data and small. The engine is asked member by member, so that no code
 * of the task runs: no getter, no `toJSON`, no trap of a proxy. Undefined stands for what is not shown.
 */
export const createJsonReader =
  (client: CdpClient, redactor: Redactor) =>
  async (value: RemoteObject): Promise<unknown> => {
    let text = mostText;
    let objects = mostObjects;

    const members = async ({ objectId }: RemoteObject): Promise<readonly Property[]> => {
      const { result } = await client.call<{ result: readonly Property[] }>('Runtime.getProperties', {
        objectId,
        ownProperties: true,
      });
      if (result.length > mostMembers) throw new NotShown();
      return result.filter(({ enumerable }) => enumerable === true);
    };
    const read = async (held: RemoteObject, depth: number): Promise<unknown> => {
      if (held.subtype === 'null') return null;
      if (held.type === 'boolean' || (held.type === 'number' && held.unserializableValue === undefined)) {
        return redactor.json(held.value);
      }
      if (held.type === 'string') {
        text -= String(held.value).length;
        if (text < 0) throw new NotShown();
        return redactor.json(held.value);
      }
      const list = held.subtype === 'array';
      const plain = held.type === 'object' && (list || (held.subtype === undefined && held.className === 'Object'));
      const length = Number(/\((\d+)\)$/.exec(held.description ?? '')?.[1] ?? 0);
      objects -= 1;
      if (!plain || length > mostMembers || depth > mostDepth || objects < 0) throw new NotShown();
      const pairs: [string, unknown][] = [];
      for (const { name, value: member } of await members(held)) {
        text -= name.length;
        if (member === undefined || text < 0) throw new NotShown();
        if (member.type === 'undefined' && !list) continue;
        pairs.push([redactor.text(name), await read(member, depth + 1)]);
      }
      if (!list) return Object.fromEntries(pairs);
      if (pairs.length !== length) throw new NotShown();
      return pairs.map(([, member]) => member);
    };

    try {
      return await read(value, 0);
    } catch (error) {
      if (error instanceof NotShown || error instanceof CdpError) return undefined;
      throw error;
    }
  };
