import type { Realm } from './realm.ts';

/** The error classes that tasks and the blocking fetch throw. Each takes `(message, details?)`. */
export function installErrors(realm: Realm, globals: readonly string[]): void {
  const errors: Record<string, ErrorConstructor> = Object.create(null);
  const define = (name: string, base: ErrorConstructor): ErrorConstructor => {
    const made = {
      [name]: class extends base {
        declare details?: unknown;
        constructor(message?: string, details?: unknown) {
          super(message);
          if (details === undefined) return;
          this.details = details;
          const status = typeof details === 'object' && details !== null ? Reflect.get(details, 'status') : undefined;
          if (typeof status === 'number') Object.assign(this, { status });
        }
      },
    }[name] as unknown as ErrorConstructor; // A class with our own second parameter is still called like Error.
    Object.defineProperty(made.prototype, 'name', { value: name, writable: true, configurable: true });
    errors[name] = made;
    realm.define(name, made);
    return made;
  };
  const http = define('HttpError', Error);
  // What a server answers is one family, so that a task can catch them together.
  const answers = new Set(['AuthenticationError', 'AuthorizationError', 'RateLimitError', 'ServiceUnavailableError']);
  for (const name of globals)
    if (name !== 'HttpError' && name !== 'DOMException') define(name, answers.has(name) ? http : Error);

  // Limits of the network: the task may catch them as what they are, or with every other failure of a request.
  for (const name of ['RequestLimitError', 'ResponseLimitError']) define(name, errors.NetworkError as ErrorConstructor);

  class DomError extends Error {
    readonly code = 0;
    constructor(message = '', name = 'Error') {
      super(message);
      Object.defineProperty(this, 'name', { value: name, writable: true, configurable: true });
    }
  }
  Object.defineProperty(DomError, 'name', { value: 'DOMException' });
  realm.define('DOMException', DomError);

  realm.makeError = (name, message, details) => {
    const known = errors[name];
    if (known !== undefined) return Reflect.construct(known, [message, details]) as Error;
    if (name === 'TypeError') return new TypeError(message);
    if (name === 'RangeError') return new RangeError(message);
    return new DomError(message, name);
  };
}
