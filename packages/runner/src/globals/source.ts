import { installBodies } from './body.ts';
import { installClone } from './clone.ts';
import { installConsole } from './console.ts';
import { installCrypto } from './crypto.ts';
import { installEntry } from './entry.ts';
import { installErrors } from './errors.ts';
import { installEvents } from './events.ts';
import { installFetch } from './fetch.ts';
import { createRealm } from './realm.ts';
import { installText } from './text.ts';
import { installTimers } from './timers.ts';
import { installUrl } from './url.ts';

/** The global that connects a fresh context; it removes itself when it is called, before any code of the task runs. */
export const connectHook = '__ratchet_connect__';

const parts = [
  installErrors,
  installText,
  installUrl,
  installEvents,
  installClone,
  installTimers,
  installConsole,
  installBodies,
  installFetch,
  installCrypto,
];

/** What the engine offers and a task does not get: memory that its limit does not count, and waits that hold its thread. */
const absent = ['SharedArrayBuffer', 'Atomics', 'WebAssembly'];

/**
 * The script that every context starts from. Strict, so that neither `caller` nor a stack trace's `getFunction` leads from
 * the task's code into ours. `block` is a reference to a function of the host and must never be reachable from the task:
 * it lives in one closure and is called directly.
 */
export const bootSource = `'use strict';
(() => {
  const realm = (${createRealm})();
  for (const install of [${parts.join(',\n')}]) install(realm);
  const control = (${installEntry})(realm);
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
