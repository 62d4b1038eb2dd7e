import type { Caller } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';
import type { Operation } from '@ratchet/contract/operation';
import { table } from '@ratchet/contract/operations/table';
import type { McpOptions } from './options.ts';
import { resourceAddress } from './resource-address.ts';
import { readResource } from './resources.ts';

/** Resources that one connection follows at a time. */
const most = 100;
const everyMs = 1000;

export interface Subscriptions {
  /** Follows a resource from now on. Throws what reading it throws; NOT_FOUND for what is none. */
  add(uri: string, caller: Caller): Promise<void>;
  remove(uri: string): void;
  close(): void;
}

/**
 * What one connection follows. A log is heard from the execution's own events; anything else is looked at again and again,
 * by the rights of whoever subscribed, so that a change is noticed however and on whichever node it was made.
 */
export function subscriptions(options: McpOptions, updated: (uri: string) => void): Subscriptions {
  const followed = new Map<string, AbortController>();
  const remove = (uri: string) => {
    followed.get(uri)?.abort();
    followed.delete(uri);
  };
  return {
    async add(uri, caller) {
      if (followed.has(uri)) return;
      if (followed.size >= most)
        throw new RatchetError('RATE_LIMITED', `A connection follows at most ${most} resources. Give one up first.`);
      const stop = new AbortController();
      followed.set(uri, stop);
      try {
        await follow(uri, { ...caller, signal: stop.signal }, options, () => updated(uri), stop.signal);
      } catch (error) {
        remove(uri);
        throw error;
      }
    },
    remove,
    close() {
      for (const uri of [...followed.keys()]) remove(uri);
    },
  };
}

/** Resolves once a change would be noticed. */
async function follow(
  uri: string,
  caller: Caller,
  options: McpOptions,
  updated: () => void,
  signal: AbortSignal,
): Promise<void> {
  const state = () => stateOf(uri, options, caller);
  let known = await state();
  const address = resourceAddress(uri);
  if (address?.kind === 'document') return;
  if (address?.kind === 'logs') {
    void hear(address.id, caller, options, updated);
    return;
  }
  const look = async () => {
    const now = await state().catch((error) => {
      // Not to be seen any more is a change; a server that cannot answer just now is none.
      const code = error instanceof RatchetError ? error.code : 'INTERNAL';
      return ['NOT_FOUND', 'PERMISSION_DENIED', 'UNAUTHENTICATED'].includes(code) ? code : known;
    });
    if (signal.aborted) return;
    if (now !== known) updated();
    known = now;
    again();
  };
  const again = () => {
    const timer = setTimeout(() => void look(), options.watchEveryMs ?? everyMs);
    timer.unref();
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  };
  again();
}

async function stateOf(uri: string, options: McpOptions, caller: Caller): Promise<string> {
  const content = await readResource(uri, options, caller);
  if (!content) throw new RatchetError('NOT_FOUND', `There is no resource ${JSON.stringify(uri.slice(0, 200))}.`);
  return JSON.stringify(content);
}

async function hear(id: string, caller: Caller, { dispatcher }: McpOptions, updated: () => void): Promise<void> {
  try {
    for await (const event of dispatcher.stream(table.executions.events as unknown as Operation, { id }, caller))
      if ((event as { type?: unknown }).type !== 'progress') updated();
  } catch {
    // It was readable when it was subscribed to; an execution that is gone since has no more to say.
  }
}
