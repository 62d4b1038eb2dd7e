import type { WireBody } from '../protocol.ts';

/** The clock and chance of a run that has its own. */
export interface DeterminismPlan {
  /** When the run's clock begins, ms since the epoch. */
  readonly clock: number;
  /** Four 32-bit words that Math.random starts from. */
  readonly words: readonly [number, number, number, number];
}

/**
 * What the parts of the injected globals share inside one context of the guest.
 *
 * Every function in this folder is turned into text and compiled inside the guest's isolate: it may use its arguments and
 * JavaScript's own globals, nothing else. Nothing here is trusted by the host. What crosses is text, and the host judges
 * it; code that breaks out of a closure here gains no more than the calls it had anyway.
 */
export interface Realm {
  /** Fills the place of a global of its part, unless the task has put something else there. */
  define(name: string, value: unknown): void;
  /** Calls the host and waits: text in, text out, empty when there is nothing to say. Set when the context is connected. */
  host: (operation: HostOperation, payload: string) => string;
  /** Asks the host for something that takes time. Rejects with an error of the class that the host names. */
  ask(operation: 'request' | 'crypto', payload: string, onStart?: (id: number) => void): Promise<string>;
  /** What the host can tell the guest, by event. */
  readonly on: Record<string, (payload: string) => void>;
  readonly json: { parse(text: string): unknown; stringify(value: unknown): string | undefined };
  /** Makes an error of a class by name; an unknown name gives a plain Error with that name. */
  makeError(name: string, message: string, details?: unknown): Error;
  /** Limits of this run that the guest's side keeps to, so that nothing too big crosses. */
  limits: { outputBytes: number; logLineBytes: number; requestBytes: number };
  /** When the run began, ms since the epoch. Contexts are made from a snapshot, so nothing else here may hold a time. */
  startedAt: number;
  /** The time, ms since the epoch, on the run's clock. */
  now(): number;
  /** Milliseconds since the run's own clock began; null: it has the clock of everyone. */
  elapsed: (() => number) | null;
  /** Gives the run a clock and random numbers of its own. */
  determine(plan: DeterminismPlan): void;
  utf8: { encode(text: string): Uint8Array; decode(bytes: Uint8Array): string };
  base64: { encode(bytes: Uint8Array): string; decode(text: string): Uint8Array };
  /** Copies the bytes of an ArrayBuffer or a view; null for anything else. */
  bytesOf(value: unknown): Uint8Array | null;
  /** Shows a value as text for a log line. */
  inspect(value: unknown): string;
  createSignal: () => { signal: unknown; abort(reason?: unknown): void };
  /** Whether this run's fetch is the blocking one; known once the entry point is found. */
  blocking: boolean;
  /** Reads and checks headers as both kinds of fetch take them; names come out in lower case. */
  readHeaders(init: unknown): [string, string][];
  /** The body of a Request or Response that was not read yet. */
  wireOf(body: object): WireBody | null;
  /** Whether a value is a URLSearchParams of ours. */
  isForm(value: unknown): boolean;
  /** Refuses a request body that is larger than may cross. */
  checkBody(body: WireBody | null): void;
  /** Waits for the host's answer while the guest's thread stands still. Set when the context is connected. */
  block: (payload: string) => string;
  /** Tells the host how the run ended. Set when the context is connected. */
  settle: (status: 'ok' | 'error' | 'missing' | 'large', payload: string) => void;
}

export type HostOperation = 'log' | 'progress' | 'wake' | 'url' | 'random' | 'request' | 'abort' | 'crypto';

/** A set of globals that is made when the task first touches one of them. */
export interface Part {
  readonly install: (realm: Realm, globals: readonly string[]) => void;
  readonly globals: readonly string[];
  /** What it puts into the realm for the other parts. */
  readonly gives: readonly (keyof Realm)[];
}

/** Begins a realm: a place for every part, which is only made when it is first used, since most runs use few. */
export function createRealm(parts: readonly Part[]): Realm {
  const { parse, stringify } = JSON;
  const { defineProperty, getOwnPropertyDescriptor, create } = Object;
  const waiting = new Map<number, { resolve(text: string): void; reject(error: Error): void }>();
  let lastId = 0;
  const unconnected = (): never => {
    throw new Error('The context is not connected.');
  };
  const places = new Map<string, () => unknown>();
  const put = (holder: object, name: string, value: unknown): void => {
    defineProperty(holder, name, { value, writable: true, configurable: true, enumerable: false });
  };
  const realm: Realm = Object.assign(create(null), {
    define(name: string, value: unknown) {
      if (getOwnPropertyDescriptor(globalThis, name)?.get === places.get(name)) put(globalThis, name, value);
    },
    host: unconnected,
    block: unconnected,
    settle: unconnected,
    ask(operation: 'request' | 'crypto', payload: string, onStart?: (id: number) => void) {
      return new Promise<string>((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        onStart?.(lastId);
        const id = lastId;
        const refusal = realm.host(operation, `${id} ${payload}`);
        if (refusal === '') return;
        waiting.delete(id);
        reject(realm.makeError(operation === 'request' ? 'RequestLimitError' : 'OperationError', refusal));
      });
    },
    on: create(null),
    json: { parse, stringify },
    limits: { outputBytes: 0, logLineBytes: 0, requestBytes: 0 },
    startedAt: 0,
    now: Date.now,
    elapsed: null,
    blocking: false,
  });
  realm.on.answer = (payload) => {
    const space = payload.indexOf(' ');
    const id = Number(payload.slice(0, space));
    const call = waiting.get(id);
    if (call === undefined) return;
    waiting.delete(id);
    const text = payload.slice(space + 2);
    if (payload[space + 1] === '+') return call.resolve(text);
    const error = parse(text) as { class: string; message: string };
    return call.reject(realm.makeError(error.class, error.message));
  };
  for (const part of parts) {
    let installed = false;
    const keep = (holder: object, name: string): (() => unknown) => {
      const get = (): unknown => {
        if (!installed) {
          installed = true;
          part.install(realm, part.globals);
        }
        return Reflect.get(holder, name);
      };
      defineProperty(holder, name, { get, set: (value) => put(holder, name, value), configurable: true });
      return get;
    };
    for (const name of part.gives) keep(realm, name);
    for (const name of part.globals) places.set(name, keep(globalThis, name));
  }
  return realm;
}
