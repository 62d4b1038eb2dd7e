import { gives, lasts, type Program, type Programs } from './program.ts';

/** Spoils the world of one run; the harness then runs the same task, in the same isolate, and another one after it. */
const spoil = (...attack: string[]): Program =>
  gives('spoilt', `function main() { ${attack.join('; ')}; return 'spoilt' }`);

export const pollution: Programs = {
  'Object.prototype': spoil('Object.prototype.polluted = 1', 'Object.prototype.toString = () => "x"'),
  'Object.prototype with accessors': spoil(
    "for (const k of ['status', 'output', 'error', 'class', 'message', 'then', 'toJSON', 'type', 'run']) Object.defineProperty(Object.prototype, k, { get() { return this }, set() {}, configurable: true })",
    'delete Object.prototype.then; delete Object.prototype.toJSON',
  ),
  'Array.prototype': spoil(
    'Array.prototype.push = () => { throw 1 }; Array.prototype.map = null; Array.prototype[Symbol.iterator] = null; Array.prototype.join = () => "x"',
  ),
  'Array.prototype by index': spoil(
    "for (let i = 0; i < 9; i += 1) Object.defineProperty(Array.prototype, i, { get() { return 'evil' }, set() {}, configurable: true })",
  ),
  'Promise.prototype.then': spoil('Promise.prototype.then = null; Promise.resolve = null; globalThis.Promise = null'),
  'Function.prototype': spoil(
    'Function.prototype.call = () => 5; Function.prototype.apply = () => 5; Function.prototype.bind = null; Function.prototype[Symbol.hasInstance]',
  ),
  'Error.prototype': spoil(
    "Error.prototype.name = 'Evil'; Object.defineProperty(Error.prototype, 'message', { get() { throw 1 } }); Error.prepareStackTrace = () => { throw 2 }; Error.stackTraceLimit = 0",
  ),
  JSON: spoil("JSON.stringify = () => 'x'; JSON.parse = () => ({}); globalThis.JSON = null"),
  'String and RegExp': spoil(
    "String.prototype.slice = () => 'evil'; String.prototype.replace = null; RegExp.prototype.exec = () => ['evil']; RegExp.prototype[Symbol.replace] = null; String.prototype.charCodeAt = () => 65",
  ),
  'Map, Set and their kin': spoil(
    'Map.prototype.get = () => 1; Map.prototype.set = null; WeakMap.prototype.get = () => ({}); Set.prototype.has = () => true; Symbol.iterator',
  ),
  'Number, Math and Date': spoil(
    'Math.random = () => 4; Date.now = () => 0; Number.isFinite = () => false; Math.min = null',
  ),
  'Reflect and Proxy': spoil(
    'Reflect.get = () => 1; Reflect.construct = null; globalThis.Proxy = null; Object.defineProperty = null; Object.freeze = (v) => v',
  ),
  'iterators and generators': spoil(
    'Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true }); Object.getPrototypeOf(function* () {}).prototype.next = null',
  ),
  'Intl and dates': spoil(
    "Intl.DateTimeFormat = null; Date.prototype.toJSON = () => 'evil'; Date.prototype.toISOString = null",
  ),
  'fetch and what it gives': spoil(
    "globalThis.fetch = () => ({ ok: true, stolen: true }); Response.prototype.json = () => 'evil'; Headers.prototype.get = () => 'evil'; URL.prototype.toString = () => 'evil'",
  ),
  'console, timers and crypto': spoil(
    "console.log = () => {}; globalThis.setTimeout = (f) => f(); crypto.randomUUID = () => 'same'; crypto.subtle.digest = async () => 1; globalThis.structuredClone = (v) => v",
  ),
  'typed arrays': spoil(
    'Object.getPrototypeOf(Uint8Array.prototype).set = null; Uint8Array.prototype.constructor = null; ArrayBuffer.isView = () => false; globalThis.Uint8Array = Array',
  ),
  'prototypes of prototypes': spoil(
    'Object.setPrototypeOf(Array.prototype, new Proxy(Object.prototype, { get: () => "evil" })); Object.setPrototypeOf(Function.prototype, null)',
  ),
  'everything frozen': spoil(
    'for (const k of Object.getOwnPropertyNames(globalThis)) { const v = globalThis[k]; if (v && v !== globalThis && (typeof v === "object" || typeof v === "function")) { Object.freeze(v); if (v.prototype) Object.freeze(v.prototype) } } Object.freeze(globalThis)',
  ),
  'everything sealed behind setters': spoil(
    "for (const k of Object.getOwnPropertyNames(globalThis)) try { Object.defineProperty(globalThis, k, { get() { throw new Error('evil') }, configurable: false }) } catch {}",
  ),
  'state of the compiled script': gives(
    'spoilt',
    `const list = [1, 2, 3]; const shape = { a: { b: 1 } }; const pattern = /a/g; const tag = (strings) => strings;
     class Kept { static count = 0 } function again() { return [7, 8] }
     function main() { main.count = (main.count ?? 0) + 1; list.push(4); shape.a.b += 1; pattern.test('aa'); Kept.count += 1; again().push(9); try { tag\`x\`.mine = 1 } catch {}
       globalThis.kept = [main.count, list.length, shape.a.b, pattern.lastIndex, Kept.count, again().length]; return kept.join() === '1,4,2,1,1,2' ? 'spoilt' : 'remembered ' + kept }`,
  ),
  'state of a module': gives(
    'spoilt',
    'let count = 0; await 0; export default () => { count += 1; globalThis.count = (globalThis.count ?? 0) + 1; return count === 1 && globalThis.count === 1 ? "spoilt" : "remembered" }',
  ),
  'the last match of a regular expression': gives(
    'spoilt',
    "function main() { const before = RegExp.$1 + RegExp.lastMatch; /(secret)/.test('a secret'); return before === '' ? 'spoilt' : 'remembered' }",
  ),
  'the registry of symbols': gives(
    'spoilt',
    "function main() { const key = Symbol.for('mine'); return globalThis[key] === undefined && (globalThis[key] = 1) && Object.isFrozen(key) ? 'spoilt' : 'remembered' }",
  ),
  'weak references to the run before': gives(
    'spoilt',
    "function main() { globalThis.weak = Array.from({ length: 50000 }, () => new WeakRef({})); return typeof FinalizationRegistry === 'undefined' ? 'spoilt' : 'called back' }",
  ),
  'timers left behind': spoil("setInterval(() => console.log('ghost'), 1); setTimeout(() => console.log('ghost'), 20)"),
  'promises left behind': gives(
    'spoilt',
    "async function main() { (async () => { for (;;) { await new Promise((r) => setTimeout(r, 1)); console.log('ghost'); globalThis.ghost = 1 } })(); return 'spoilt' }",
  ),
  'requests left behind': gives(
    'spoilt',
    "async function main() { if (globalThis.ghost) return 'remembered'; for (let n = 0; n < 9; n += 1) fetch('http://127.0.0.1/').catch(() => { globalThis.ghost = 1 }); return 'spoilt' }",
  ),
  'microtasks left behind': gives(
    'spoilt',
    "async function main() { (async () => { for (;;) await null })(); return 'spoilt' }",
  ),
  'microtasks before a throw': lasts("(async () => { for (;;) await null })(); throw new DataError('x')"),
  'memory left behind': gives(
    'spoilt',
    "function main() { globalThis.held = Array.from({ length: 40 }, () => new Uint8Array(1e6).fill(1)); setTimeout(() => held, 1e6); return 'spoilt' }",
  ),
};
