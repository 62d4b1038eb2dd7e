import type { CompiledCode } from '../protocol.ts';
import { installBodies } from './body.ts';
import { installClone } from './clone.ts';
import { installConsole } from './console.ts';
import { installCrypto } from './crypto.ts';
import { installDeterminism } from './determinism.ts';
import { installEntry } from './entry.ts';
import { installErrors } from './errors.ts';
import { installEvents } from './events.ts';
import { installFetch } from './fetch.ts';
import { createRealm, type Part } from './realm.ts';
import { installText } from './text.ts';
import { installTimers } from './timers.ts';
import { installUrl } from './url.ts';

/** The global that connects a fresh context; it removes itself when it is called, before any code of the task runs. */
export const connectHook = '__ratchet_connect__';

/** The global that starts the task; what is appended to the code calls it, and it removes itself when it is called. */
const startHook = '__ratchet_start__';

/**
 * Adds the call that starts the task. For a script it is a declaration without a name: unlike an expression it leaves the
 * script's completion value as it is.
 */
export const withStart = (kind: CompiledCode['kind'], source: string): string => {
  if (kind === 'module') return `${startHook}(${source}\n)`;
  return kind === 'script' ? `${source}\n;let {} = ${startHook}();` : source;
};

const parts: readonly Part[] = [
  {
    install: installErrors,
    globals: [
      'AuthenticationError',
      'AuthorizationError',
      'RateLimitError',
      'ServiceUnavailableError',
      'HttpError',
      'NetworkError',
      'ValidationError',
      'ConfigurationError',
      'TimeoutError',
      'DataError',
      'DOMException',
    ],
    gives: ['makeError'],
  },
  {
    install: installText,
    globals: ['TextEncoder', 'TextDecoder', 'atob', 'btoa'],
    gives: ['bytesOf', 'utf8', 'base64'],
  },
  { install: installUrl, globals: ['URL', 'URLSearchParams'], gives: ['isForm'] },
  {
    install: installEvents,
    globals: ['Event', 'EventTarget', 'AbortController', 'AbortSignal'],
    gives: ['createSignal'],
  },
  { install: installClone, globals: ['structuredClone'], gives: [] },
  {
    install: installTimers,
    globals: [
      'setTimeout',
      'setInterval',
      'setImmediate',
      'clearTimeout',
      'clearInterval',
      'clearImmediate',
      'queueMicrotask',
      'performance',
    ],
    gives: [],
  },
  { install: installConsole, globals: ['console'], gives: ['inspect'] },
  {
    install: installBodies,
    globals: ['Headers', 'Request', 'Response'],
    gives: ['readHeaders', 'wireOf', 'checkBody'],
  },
  { install: installFetch, globals: ['fetch'], gives: [] },
  { install: installCrypto, globals: ['crypto', 'CryptoKey'], gives: [] },
];
const partSource = ({ install, globals, gives }: Part): string =>
  `{ install: ${install}, globals: ${JSON.stringify(globals)}, gives: ${JSON.stringify(gives)} }`;

/**
 * What the engine offers and a task does not get: memory that its limit does not count, waits that hold its thread, and
 * callbacks of the garbage collector, which would run whenever this process next enters the isolate, on its own thread.
 */
const absent = ['SharedArrayBuffer', 'Atomics', 'WebAssembly', 'FinalizationRegistry'];

/**
 * The script that every context starts from. Strict, so that neither `caller` nor a stack trace's `getFunction` leads from
 * the task's code into ours. `block` is a reference to a function of the host and must never be reachable from the task:
 * it lives in one closure and is called directly.
 */
export const bootSource = `'use strict';
(() => {
  const realm = (${createRealm})([${parts.map(partSource).join(',\n')}]);
  realm.determine = (plan) => (${installDeterminism})(realm, plan);
  const control = (${installEntry})(realm, '${startHook}');
  Object.defineProperty(globalThis, '${connectHook}', {
    configurable: true,
    value: (host, settle, block) => {
      for (const name of ['${connectHook}', ...${JSON.stringify(absent)}]) delete globalThis[name];
      realm.host = host;
      realm.settle = settle;
      realm.block = (payload) => block.applySyncPromise(undefined, [payload]);
      return control;
    },
  });
})();`;
