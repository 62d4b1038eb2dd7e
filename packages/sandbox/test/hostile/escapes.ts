import { fails, gives, lasts, type Programs } from './program.ts';

/** Takes a value that came from the host's side and climbs to the Function of its world, which must be the guest's own. */
const climb = `const climb = (v) => { try { return v.constructor.constructor('return typeof process + typeof require + (this === globalThis)')() } catch (e) { return e.name } };
const inside = 'undefinedundefinedtrue';`;

/** Ways out of vm contexts, realms and membranes that became known elsewhere, tried here on what this sandbox hands in. */
export const escapes: Programs = {
  'constructor chain of this': gives(
    'undefined',
    "function main() { return this.constructor.constructor('return typeof process')() }",
  ),
  'constructor chain of the input': gives(
    'undefined',
    "(input) => input.constructor.constructor('return typeof process')()",
  ),
  'constructor chain of the context': gives(
    Array(6).fill(true),
    `${climb} function main(input, context) { return [context, context.log, context.log.info, context.progress, context.signal, context.secrets].map((v) => climb(v) === inside) }`,
  ),
  'constructor chain of every global': gives(
    [],
    `${climb} function main() { return Object.getOwnPropertyNames(globalThis).filter((name) => { const v = globalThis[name]; return v != null && (typeof v === 'object' || typeof v === 'function') && ![inside, 'TypeError'].includes(climb(v)) }) }`,
  ),
  'constructor chain of a host error': gives(
    'undefined',
    "() => { try { new URL('x') } catch (e) { return e.constructor.constructor('return typeof process')() } }",
  ),
  'constructor chain of a network error': gives(
    [true, true],
    `${climb} async function main() { const e = await fetch('http://127.0.0.1/').catch((e) => e); return [climb(e) === inside, e instanceof Error] }`,
  ),
  'constructor chain of a blocking network error': gives(
    [true, true],
    `${climb} function main() { try { fetch('http://127.0.0.1/') } catch (e) { return [climb(e) === inside, e instanceof Error] } }`,
  ),
  'constructor chain of a promise from the host': gives(
    [true, true],
    `${climb} async function main() { const p = crypto.subtle.digest('SHA-1', new Uint8Array(1)); return [climb(p) === inside, climb(await p) === inside] }`,
  ),
  'a then that listens to the host': gives(
    [true, true],
    `${climb} async function main() { const { then } = Promise.prototype; const heard = [];
      Promise.prototype.then = function (a, b) { return then.call(this, (v) => { heard.push(v); return a?.(v) }, (e) => { heard.push(e); if (b) return b(e); throw e }) };
      await fetch('http://127.0.0.1/').catch(() => 0); await crypto.subtle.digest('SHA-1', new Uint8Array(1));
      return [heard.length > 0, heard.every((v) => v == null || [inside, 'TypeError'].includes(climb(v)))] }`,
  ),
  'Symbol.species of a promise': gives(
    'fine',
    `async () => { const seen = []; class P extends Promise { static get [Symbol.species]() { return function (run) { run((v) => seen.push(v), (e) => seen.push(e)) } } }
      const p = fetch('http://127.0.0.1/'); Object.defineProperty(p, 'constructor', { value: P }); p.then((v) => v, (e) => e); await new Promise((r) => setTimeout(r, 20));
      return seen.every((v) => v === undefined || v.constructor.constructor('return typeof process')() === 'undefined') ? 'fine' : 'out' }`,
  ),
  'Function constructor and eval': gives(
    [true, 'undefined', 7],
    "() => [Function('return this')() === globalThis, (0, eval)('typeof process'), new Function('return 7')()]",
  ),
  'async and generator function constructors': gives(
    ['undefined', 'undefined', 'undefined'],
    "async () => [await (async () => {}).constructor('return typeof process')(), (function* () {}).constructor('yield typeof process')().next().value, (await (async function* () {}).constructor('yield typeof process')().next()).value]",
  ),
  'an async generator that is thrown into': gives(
    true,
    `${climb} async function main() { const g = (async function* () { try { yield fetch('http://127.0.0.1/') } catch (e) { yield e } })(); const got = (await g.next()).value; await g.return().catch(() => 0); return climb(got) === inside }`,
  ),
  'a walk over every global': gives(
    [],
    `() => { const seen = new Set(); const found = [];
      const walk = (v, path) => { if ((typeof v !== 'object' && typeof v !== 'function') || v === null || seen.has(v) || path.length > 6) return; seen.add(v);
        for (const k of Reflect.ownKeys(v)) { const name = String(k); if (/ivm|isolated|applySync|derefInto|process|require|ratchet/i.test(name)) found.push([...path, name].join('.'));
          let held; try { held = v[k] } catch { continue } walk(held, [...path, name]) } walk(Object.getPrototypeOf(v), [...path, 'proto']) };
      walk(globalThis, []); return found }`,
  ),
  'options that ask isolated-vm for references': gives(
    ['NetworkError', 'string'],
    "function main() { Object.prototype.reference = true; Object.prototype.result = { reference: true }; Object.prototype.arguments = { reference: true }; Object.prototype.copy = false; try { fetch('http://127.0.0.1:9/') } catch (e) { return [e.name, typeof e.message] } }",
  ),
  'getters where isolated-vm may look': gives(
    false,
    "async () => { const caught = []; const names = ['arguments', 'result', 'reference', 'promise', 'host', 'block', 'settle', 'then', 'timeout']; for (const k of names) Object.defineProperty(Object.prototype, k, { get() { caught.push(k); return true }, set() {}, configurable: true }); try { new URL('http://a.b') } catch {} console.log('x'); for (const k of names) delete Object.prototype[k]; return caught.includes('reference') }",
  ),
  'Error.prepareStackTrace at the top': gives(
    true,
    "() => { Error.prepareStackTrace = (e, frames) => frames.map((f) => [typeof f.getThis(), typeof f.getFunction(), f.getEvalOrigin?.()]); const s = new Error('x').stack; return s.slice(1).every(([t, f]) => t === 'undefined' && f === 'undefined') }",
  ),
  'Error.prepareStackTrace below the frames of the sandbox': gives(
    [true, []],
    `function main() { const out = []; Error.prepareStackTrace = (e, frames) => frames;
      const frames = []; const note = { toString() { frames.push(...new Error().stack); return 'http://a.b/' }, toJSON() { frames.push(...new Error().stack); return 1 } };
      new URL(note); console.log(note); structuredClone({ get a() { frames.push(...new Error().stack) } }); new Headers({ a: note });
      for (const f of frames) { const self = f.getThis(); const made = f.getFunction(); for (const v of [self, made]) if (v !== undefined && v !== globalThis && !(v instanceof Object)) out.push(String(v)); if (made && /realm|host|applySync/.test(String(made))) out.push(made.name) }
      return [frames.length > 4, out] }`,
  ),
  'Error.prepareStackTrace on another Error': gives(
    'string',
    '() => { globalThis.Error = { prepareStackTrace: (e, f) => f }; try { null.x } catch (e) { return typeof e.stack } }',
  ),
  'an error whose name is a symbol': gives(
    true,
    `${climb} function main() { const e = new Error(); e.name = Symbol(); try { return typeof e.stack === 'string' } catch (thrown) { return climb(thrown) === inside } }`,
  ),
  'Error.captureStackTrace on what the sandbox made': gives(
    [],
    `(i, context) => { Error.stackTraceLimit = 1000; return [context.log, context.signal, console, fetch].map((v) => { try { const o = Object.create(v); Error.captureStackTrace(o); return o.stack } catch (e) { return e.message } }).filter((s) => /file:|node:|packages|\\/src\\//.test(s)) }`,
  ),
  'the stack of a host error': gives(
    [],
    `async () => { Error.stackTraceLimit = 1000; const stacks = []; for (const make of [() => new URL('x'), () => atob('*'), () => fetch('nope'), () => crypto.subtle.digest('MD5', new Uint8Array(1)), () => fetch('http://127.0.0.1/'), () => crypto.getRandomValues(1)]) try { await make() } catch (e) { stacks.push(e.stack + e.message) } return stacks.filter((s) => /file:|node:|\\/(src|packages|node_modules)\\//.test(s)) }`,
  ),
  'callers of main': gives(
    ['null', 'object'],
    'function main() { return [String(main.caller), typeof arguments.callee.caller] }',
  ),
  'callers from within the sandbox': gives(
    ['null', 'null', 'null'],
    `function main() { const seen = []; const look = { toString: function f() { seen.push(String(f.caller)); return 'http://a.b/' }, toJSON: function g() { seen.push(String(g.caller)); return 1 } };
      new URL(look); new Headers({ a: look }); new TextEncoder().encode(look); return seen }`,
  ),
  'Reflect.construct with another new.target': gives(
    Array(5).fill(true),
    `${climb} function main() { return [URL, Headers, AbortController, TextDecoder, EventTarget].map((c) => { const T = new Proxy(function () {}, { get: (t, k) => (k === 'prototype' ? null : t[k]) }); let made; try { made = Reflect.construct(c, ['http://a.b'], T) } catch (e) { made = e } return [inside, 'TypeError'].includes(climb(made)) }) }`,
  ),
  'a signal that nobody may construct': gives(
    ['TypeError', 'TypeError'],
    "() => [() => new AbortSignal(), () => Reflect.construct(AbortSignal, [], Array)].map((f) => { try { f(); return 'made' } catch (e) { return e.name } })",
  ),
  'methods on an alien receiver': gives(
    [],
    `(input, context) => { const out = []; for (const c of [URL, URLSearchParams, Headers, Request, Response, AbortController, AbortSignal, EventTarget, TextDecoder]) for (const [k, d] of Object.entries(Object.getOwnPropertyDescriptors(c.prototype))) for (const f of [d.value, d.get, d.set]) if (typeof f === 'function' && k !== 'constructor') for (const self of [globalThis, {}, undefined, new Proxy({}, {})]) try { const r = f.call(self, 'a', 'b'); const made = r?.constructor?.constructor?.('return typeof process')(); const found = typeof made?.next === 'function' ? made.next().value : made; if (found !== undefined && found !== 'undefined') out.push(k) } catch {} return out }`,
  ),
  'proxies as arguments of the host': gives(
    'fine',
    `async () => { const seen = new Set(); const spy = () => new Proxy(function () {}, { get: (t, k, r) => { seen.add(r); if (k === Symbol.toPrimitive) return () => 'http://a.b/'; if (k === Symbol.iterator) return undefined; return undefined }, apply: (t, self, args) => { seen.add(self); args.forEach((a) => seen.add(a)) }, getPrototypeOf: () => null });
      for (const use of [() => new URL(spy()), () => console.log(spy(), spy()), () => structuredClone(spy()), () => new Headers(spy()), () => new Request('http://a.b', spy()), () => crypto.getRandomValues(spy()), () => setTimeout(spy(), 0), () => atob(spy())]) try { await use() } catch {}
      await new Promise((r) => setTimeout(r, 10));
      for (const v of seen) if (v != null && (typeof v === 'object' || typeof v === 'function')) { let made; try { made = Object.getPrototypeOf(v)?.constructor?.constructor } catch {} if (made && made('return typeof process')() !== 'undefined') return 'out' }
      return 'fine' }`,
  ),
  'stack overflow inside the host': gives(
    [],
    `${climb} function main() { const found = []; const calls = [() => new URL('http://a.b'), () => console.log('x'), () => crypto.getRandomValues(new Uint8Array(4)), () => structuredClone({ a: 1 }), () => { try { fetch('http://127.0.0.1/') } catch (e) { throw e } }, () => setTimeout(() => {}, 1e6)];
      for (const call of calls) { let tries = 0; const dive = () => { try { return dive() } catch (e) { if (tries++ < 40) try { call() } catch (inner) { if (climb(inner) !== inside && climb(inner) !== 'RangeError') found.push(String(inner)) } throw e } }; try { dive() } catch (e) { if (climb(e) !== inside) found.push(String(e)) } }
      return found }`,
  ),
  'structuredClone of what the sandbox made': gives(
    ['DataCloneError', 'DataCloneError', 'object', 'DataCloneError'],
    '(i, context) => [context, console, new URL("http://a.b"), fetch].map((v) => { try { return typeof structuredClone(v) } catch (e) { return e.name } })',
  ),
  'process.exit': fails('ReferenceError', '() => process.exit(1)'),
  'process.binding': fails('ReferenceError', "() => process.binding('fs')"),
  'process through mainModule': fails(
    'TypeError',
    "() => globalThis.constructor.constructor('return this')().process.mainModule.require('child_process').execSync('touch DROPPED')",
  ),
  getBuiltinModule: fails('TypeError', "() => globalThis.process.getBuiltinModule('fs')"),
  'require of a module of Node': fails('ImportError', "() => require('fs').readFileSync('/etc/passwd', 'utf8')"),
  'require under another name': fails('ReferenceError', "() => (0, eval)('require')('fs')"),
  'module.require and its kin': gives(
    ['undefined', 'undefined', 'undefined', 'undefined'],
    'function main() { return [typeof module.require, typeof module.constructor._load, typeof module.parent, typeof module.children] }',
  ),
  'dynamic import of a module of Node': {
    code: "async () => { const n = 'node:fs'; return import(n) }",
    ends: { status: 'failed' },
  },
  'dynamic import through eval': {
    code: 'async () => (0, eval)("import(\'node:child_process\')")',
    ends: { status: 'failed' },
  },
  'dynamic import of every kind of address': gives(
    Array(6).fill('refused'),
    "async () => { const out = []; for (const n of ['file:///etc/passwd', 'data:text/javascript,export default process', 'http://127.0.0.1/x.js', '/etc/passwd', 'ratchet:boot', '']) out.push(await import(n).then(() => 'loaded', () => 'refused')); return out }",
  ),
  'dynamic import of isolated-vm': gives(
    'undefined',
    "async () => { const n = 'isolated-vm'; try { await import(n) } catch (e) { return e.constructor.constructor('return typeof process')() } }",
  ),
  'dynamic import from a module with await at its top': {
    code: "const n = 'node:fs'; const fs = await import(n); export default () => Object.keys(fs)",
    ends: { status: 'failed' },
  },
  'import.meta': gives(
    ['undefined', 'undefined', 'undefined'],
    'await 0; export default () => [typeof import.meta.url, typeof import.meta.dirname, typeof import.meta.resolve]',
  ),
  'import outside the folder of the task': fails(
    'ImportError',
    "import '../../../../etc/passwd';\nexport default () => 1",
  ),
  'import of an absolute path': fails('ImportError', "import x from '/etc/passwd';\nexport default () => x"),
  'memory that is shared and threads that wait': gives(
    ['undefined', 'undefined', 'undefined', 'undefined', 'undefined', 'undefined'],
    "() => ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'Worker', 'ShadowRealm', 'MessageChannel'].map((n) => Function('return typeof ' + n)())",
  ),
  'WebAssembly by its compiled name': gives(
    [],
    '() => Reflect.ownKeys(globalThis).map(String).filter((k) => /wasm|WebAssembly|Shared|Atomics|inspector|gc$/i.test(k))',
  ),
  'functions of the engine': fails('SyntaxError', "() => (0, eval)('%DebugPrint(1)')"),
  'the debugger statement': gives(1, '() => { debugger; return 1 }'),
  'a with statement and Symbol.unscopables': gives(
    'undefined',
    "() => { Object.prototype[Symbol.unscopables] = { process: false }; return Function('with (globalThis) { return typeof process }')() }",
  ),
  'a prototype under the global object': gives(
    1,
    '() => { try { Object.setPrototypeOf(globalThis, new Proxy({}, { get: () => 5, has: () => true })) } catch {} return 1 }',
  ),
  'starting the task twice': gives(
    1,
    'globalThis.count = 0; function main() { count += 1; try { __ratchet_start__() } catch {} return count }',
  ),
  'declaring the hook that starts the task': lasts(
    'function __ratchet_start__() { return {} } function main() { return 1 }',
  ),
  'declaring the hook as a constant': {
    code: 'const __ratchet_start__ = 1; function main() { return 1 }',
    ends: { status: 'failed' },
  },
  'code that closes what it is wrapped in': {
    code: '}); globalThis.process; (() => { function main() { return 1 }',
    ends: { status: 'failed', error: { class: 'SyntaxError' } },
  },
  'an import that closes what it is bundled in': fails(
    'SyntaxError',
    "import './x.js'; return module.exports })(); process.exit(); (() => {",
  ),
  'a comment that is not closed': fails('SyntaxError', 'function main() { return 1 } /*'),
  'replacing globals of the sandbox': gives(
    1,
    '() => { for (const k of Object.getOwnPropertyNames(globalThis)) { try { globalThis[k] = null } catch {} } return 1 }',
  ),
  'deleting globals of the sandbox': gives(
    1,
    'async () => { const world = globalThis; for (const k of Object.getOwnPropertyNames(world)) delete world[k]; return 1 }',
  ),
  'a main that is a getter': gives(5, 'Object.defineProperty(globalThis, "main", { get() { return () => 5 } }); 1'),
  'bytes of randomness beyond the bound': gives(
    'QuotaExceededError',
    '() => { crypto.getRandomValues(new Uint8Array(65536)); try { crypto.getRandomValues(new Uint8Array(65537)) } catch (e) { return e.name } }',
  ),
  'a length that changes while the host looks': gives(
    true,
    "() => { const b = new ArrayBuffer(8, { maxByteLength: 64 }); const v = new Uint8Array(b); const o = { toString() { b.resize(0); return 'x' } }; new URLSearchParams([[o, o]]); crypto.getRandomValues(v); return v.length === 0 }",
  ),
  'a detached buffer': gives(
    'fine',
    "async () => { const b = new ArrayBuffer(8); const v = new Uint8Array(b); b.transfer(); for (const use of [() => crypto.getRandomValues(v), () => crypto.subtle.digest('SHA-1', v), () => new TextDecoder().decode(v), () => structuredClone(v), () => new Response(v).text(), () => console.log(v)]) try { await use() } catch (e) { if (!(e instanceof Error)) return 'odd' } return 'fine' }",
  ),
};
