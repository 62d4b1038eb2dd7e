import type { Realm } from './realm.ts';

/** structuredClone: the structured clone algorithm over the values that a task can have. */
export function installClone(realm: Realm): void {
  type Copied = Map<object, unknown>;
  const fail = (what: string): never => {
    throw realm.makeError('DataCloneError', `${what} could not be cloned.`);
  };

  const copyBytes = (buffer: ArrayBuffer, copied: Copied): ArrayBuffer => {
    const made = buffer.slice(0);
    copied.set(buffer, made);
    return made;
  };

  const copy = (value: unknown, copied: Copied): unknown => {
    if (typeof value === 'function') return fail(`The function ${value.name}`);
    if (typeof value === 'symbol') return fail('A symbol');
    if (typeof value !== 'object' || value === null) return value;
    if (copied.has(value)) return copied.get(value);
    const keep = <T extends object>(made: T): T => {
      copied.set(value, made);
      return made;
    };
    if (value instanceof Date) return keep(new Date(value.getTime()));
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
    if (value instanceof Boolean || value instanceof Number || value instanceof String)
      return keep(Object(value.valueOf()));
    if (value instanceof ArrayBuffer) return copyBytes(value, copied);
    if (ArrayBuffer.isView(value)) {
      const buffer = copy(value.buffer, copied);
      const size = value instanceof DataView ? value.byteLength : (value as Uint8Array).length;
      return keep(Reflect.construct(value.constructor as new () => object, [buffer, value.byteOffset, size]) as object);
    }
    if (value instanceof Map) {
      const made = keep(new Map());
      for (const [key, held] of [...value]) made.set(copy(key, copied), copy(held, copied));
      return made;
    }
    if (value instanceof Set) {
      const made = keep(new Set());
      for (const held of [...value]) made.add(copy(held, copied));
      return made;
    }
    if (value instanceof Error) {
      const plain = ['EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'].includes(
        value.name,
      );
      const made = keep(
        Object.create(plain ? Reflect.get(globalThis, value.name).prototype : Error.prototype) as Error,
      );
      for (const name of ['message', 'stack'] as const) {
        Object.defineProperty(made, name, { value: `${value[name]}`, writable: true, configurable: true });
      }
      if ('cause' in value)
        Object.defineProperty(made, 'cause', { value: copy(value.cause, copied), configurable: true });
      return made;
    }
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) {
      return fail(`#<${value.constructor.name}>`);
    }
    const made: object = Array.isArray(value) ? keep(new Array(value.length)) : keep({});
    for (const key of Object.keys(value)) {
      const held = copy(Reflect.get(value, key), copied);
      Object.defineProperty(made, key, { value: held, writable: true, enumerable: true, configurable: true });
    }
    return made;
  };

  realm.define('structuredClone', (...given: unknown[]) => {
    if (given.length === 0) throw new TypeError("The 'value' argument must be specified");
    return copy(given[0], new Map());
  });
}
