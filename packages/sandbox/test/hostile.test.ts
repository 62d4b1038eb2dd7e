import { afterAll, describe, expect, it } from 'vitest';
import { type Changes, openSandbox } from './run-code.ts';

const exits: unknown[] = [];
const { sandbox, run } = openSandbox({ onRunnerExit: (exit) => exits.push(exit) });
afterAll(() => sandbox.close());

/** Each program with what it must come to. The host's own state and the next execution are looked at after every one. */
const programs: Record<string, [code: string, expected: object, changes?: Changes]> = {
  'constructor chain of the input': [
    "(input) => input.constructor.constructor('return typeof process')()",
    { output: 'undefined' },
  ],
  'constructor chain of the context': [
    "(input, context) => [context, context.log.info, context.progress, context.signal].map((v) => v.constructor.constructor('return typeof process + typeof require')())",
    { output: Array(4).fill('undefinedundefined') },
  ],
  'constructor chain of a host error': [
    "() => { try { new URL('x') } catch (e) { return e.constructor.constructor('return typeof process')() } }",
    { output: 'undefined' },
  ],
  'constructor chain of a promise from the host': [
    "async () => crypto.subtle.digest('SHA-1', new Uint8Array(1)).constructor.constructor('return typeof process')()",
    { output: 'undefined' },
  ],
  'Function constructor and eval': [
    "() => [Function('return this')() === globalThis, (0, eval)('typeof process'), new Function('return 7')()]",
    { output: [true, 'undefined', 7] },
  ],
  'async and generator function constructors': [
    "async () => [await (async () => {}).constructor('return typeof process')(), (function* () {}).constructor('yield typeof process')().next().value]",
    { output: ['undefined', 'undefined'] },
  ],
  'walk over every global': [
    `() => { const seen = new Set(); const found = [];
      const walk = (v, path) => { if ((typeof v !== 'object' && typeof v !== 'function') || v === null || seen.has(v) || path.length > 6) return; seen.add(v);
        for (const k of Reflect.ownKeys(v)) { const name = String(k); if (/ivm|isolated|applySync|derefInto|process|require|ratchet/i.test(name)) found.push([...path, name].join('.'));
          let held; try { held = v[k] } catch { continue } walk(held, [...path, name]) } walk(Object.getPrototypeOf(v), [...path, 'proto']) };
      walk(globalThis, []); return found }`,
    { output: [] },
  ],
  'prototype pollution': [
    "() => { Object.prototype.polluted = 1; Array.prototype.push = () => { throw 1 }; Map.prototype.get = () => 1; JSON.stringify = () => 'x'; Promise.prototype.then = null; return { ok: true } }",
    { output: { ok: true } },
  ],
  'setters on Object.prototype': [
    "async () => { const caught = []; for (const k of ['arguments', 'result', 'reference', 'promise', 'host', 'block', 'settle', 'then', 'timeout']) Object.defineProperty(Object.prototype, k, { get() { caught.push(k); return true }, set() {}, configurable: true }); try { new URL('http://a.b') } catch {} console.log('x'); for (const k of ['arguments', 'result', 'reference', 'promise', 'host', 'block', 'settle', 'then', 'timeout']) delete Object.prototype[k]; return caught.includes('reference') }",
    { output: false },
  ],
  'options that ask isolated-vm for references': [
    "function main() { Object.prototype.reference = true; Object.prototype.result = { reference: true }; Object.prototype.arguments = { reference: true }; Object.prototype.copy = false; try { fetch('http://127.0.0.1:9/') } catch (e) { return [e.name, typeof e.message] } }",
    { output: ['NetworkError', 'string'] },
  ],
  '__proto__ in the output': ['() => JSON.parse(\'{"__proto__": {"polluted": true}}\')', { status: 'completed' }],
  'getter that throws': [
    "() => ({ get a() { throw new Error('gotcha') } })",
    { status: 'failed', error: { class: 'OutputError' } },
  ],
  'getter that never returns': [
    '() => ({ get a() { for (;;); } })',
    { status: 'timed_out', error: { class: 'TimeoutError' } },
    { limits: { timeoutMs: 200 } },
  ],
  'toJSON that never returns': [
    '() => ({ toJSON() { for (;;); } })',
    { status: 'timed_out' },
    { limits: { timeoutMs: 200 } },
  ],
  'toJSON that returns itself': ['() => { const o = { toJSON: () => o }; return o }', { output: {} }],
  'error with hostile fields': [
    '() => { throw { get name() { throw 1 }, get message() { throw 2 }, get stack() { throw 3 }, get constructor() { throw 4 }, get details() { throw 5 } } }',
    { status: 'failed', error: { class: 'Error' } },
  ],
  'error that is a proxy': [
    '() => { throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 }, ownKeys() { throw 3 } }) }',
    { status: 'failed' },
  ],
  'Symbol.species': [
    'async () => { class P extends Promise { static get [Symbol.species]() { return function (run) { run((v) => { globalThis.stolen = v }, () => {}) } } } return P.resolve(1).then(() => 2) ?? 3 }',
    { status: 'completed' },
  ],
  'Error.prepareStackTrace': [
    "() => { Error.prepareStackTrace = (e, frames) => frames.map((f) => [typeof f.getThis(), typeof f.getFunction(), f.getEvalOrigin?.()]); const s = new Error('x').stack; return s.slice(1).every(([t, f]) => t === 'undefined' && f === 'undefined') }",
    { output: true },
  ],
  callers: [
    'function main() { return [String(main.caller), typeof arguments.callee.caller] }',
    { output: ['null', 'object'] },
  ],
  'thenable that never settles': ['() => ({ then() {} })', { status: 'timed_out' }, { limits: { timeoutMs: 200 } }],
  'thenable that settles twice': ['() => ({ then(yes, no) { yes(1); no(2); yes(3) } })', { output: 1 }],
  'thenable with a throwing getter': [
    "() => ({ get then() { throw new DataError('t') } })",
    { status: 'failed', error: { class: 'DataError' } },
  ],
  'proxy as output': [
    "() => new Proxy({ a: 1 }, { get: (t, k) => (k === 'toJSON' || k === 'then' ? undefined : 5) })",
    { output: { a: 5 } },
  ],
  'revoked proxy as output': [
    '() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy }',
    { status: 'failed' },
  ],
  'endless loop': [
    '() => { for (;;); }',
    { status: 'timed_out', error: { class: 'TimeoutError' } },
    { limits: { timeoutMs: 200 } },
  ],
  'endless loop at the top': ['for (;;); function main() {}', { status: 'timed_out' }, { limits: { timeoutMs: 200 } }],
  'endless loop in a callback': [
    'async () => { await null; await new Promise((r) => setTimeout(r, 1)); for (;;); }',
    { status: 'timed_out' },
    { limits: { timeoutMs: 200 } },
  ],
  'endless microtasks': [
    'async () => { for (;;) await null }',
    { status: 'timed_out' },
    { limits: { timeoutMs: 200 } },
  ],
  'endless microtasks left behind': [
    'async () => { (async () => { for (;;) await null })(); return 1 }',
    { output: 1 },
  ],
  'endless microtasks before a throw': [
    "(async () => { for (;;) await null })(); throw new DataError('x')",
    { status: 'timed_out' },
    { limits: { timeoutMs: 200 } },
  ],
  'endless waiting': ['() => new Promise(() => {})', { status: 'timed_out' }, { limits: { timeoutMs: 200 } }],
  'processor hog': [
    '() => { for (;;); }',
    { status: 'timed_out', error: { class: 'CpuLimitError' } },
    { limits: { cpuMs: 150 } },
  ],
  'catastrophic regular expression': [
    "() => /^(a+)+$/.test('a'.repeat(50) + 'b')",
    { status: 'timed_out' },
    { limits: { timeoutMs: 300 } },
  ],
  'multiplication that cannot be interrupted': [
    '() => { let b = 3n; for (;;) b = b * b }',
    { status: 'timed_out' },
    { limits: { timeoutMs: 300 } },
  ],
  'deep recursion': ['() => { const f = () => f(); f() }', { status: 'failed', error: { class: 'RangeError' } }],
  'deep output': [
    '() => { let a = []; for (let i = 0; i < 3000; i += 1) a = [a]; return a }',
    { status: 'failed', error: { class: 'OutputLimitError' } },
  ],
  'deeper output': [
    '() => { let a = []; for (let i = 0; i < 300000; i += 1) a = [a]; return a }',
    { status: 'failed' },
  ],
  'string bomb': [
    "() => { const a = []; for (;;) a.push('x'.repeat(1e6) + a.length) }",
    { status: 'failed', error: { class: 'MemoryLimitError' } },
  ],
  'array bomb': [
    '() => { const a = []; for (;;) a.push({ a: [1, 2, 3] }) }',
    { status: 'failed', error: { class: 'MemoryLimitError' } },
  ],
  'one huge array': ['() => new Array(1e9).fill(7).length', { status: 'failed', error: { class: 'MemoryLimitError' } }],
  'ArrayBuffer bomb': [
    '() => { const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1)) }',
    { status: 'failed', error: { class: 'MemoryLimitError' } },
  ],
  'map bomb': [
    '() => { const m = new Map(); for (let i = 0; ; i += 1) m.set(i, {}) }',
    { status: 'failed', error: { class: 'MemoryLimitError' } },
  ],
  'bomb that kills the process': [
    "() => 'x'.repeat(2 ** 29 - 30).split('')",
    { status: 'failed', error: { class: 'MemoryLimitError' } },
  ],
  'bomb in the output': [
    "() => ({ toJSON() { return 'x'.repeat(1e6) } })",
    { status: 'failed', error: { class: 'OutputLimitError' } },
  ],
  'log flood': ["() => { for (let i = 0; i < 20000; i += 1) console.log('x'.repeat(10000)); return 1 }", { output: 1 }],
  'progress flood': ['(i, c) => { for (let n = 0; n < 5000; n += 1) c.progress(n); return 1 }', { output: 1 }],
  'request flood': [
    "async () => { for (let n = 0; n < 5000; n += 1) fetch('http://127.0.0.1/').catch(() => {}); return fetch('http://127.0.0.1/').catch((e) => e.message) }",
    { output: 'A task may make 20 requests in one execution.' },
  ],
  'blocking request flood': [
    "() => { let last; for (let n = 0; n < 2000; n += 1) try { fetch('http://127.0.0.1/') } catch (e) { last = e.message } return last }",
    { output: 'A task may make 20 requests in one execution.' },
  ],
  'crypto flood': [
    `async () => { const key = await crypto.subtle.importKey('raw', new Uint8Array(9), 'PBKDF2', false, ['deriveBits']);
      const how = { name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(1), iterations: 20000 };
      const made = []; for (let n = 0; n < 300; n += 1) made.push(crypto.subtle.deriveBits(how, key, 128).then(() => 'fine', (e) => e.name));
      return [...new Set(await Promise.all(made))].sort() }`,
    { output: ['OperationError', 'fine'] },
  ],
  'crypto left behind': [
    "async () => { const k = await crypto.subtle.importKey('raw', new Uint8Array(9), 'PBKDF2', false, ['deriveBits']); crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-512', salt: new Uint8Array(1), iterations: 2 ** 30 }, k, 512); return 1 }",
    { output: 1 },
  ],
  'process.exit': [
    '() => process.exit(1)',
    { status: 'failed', error: { class: 'ReferenceError', message: 'process is not defined' } },
  ],
  'dynamic import': ["async () => { const n = 'node:fs'; return import(n) }", { status: 'failed' }],
  'import of another isolate': [
    "async () => { const n = 'isolated-vm'; try { await import(n) } catch (e) { return e.constructor.constructor('return typeof process')() } }",
    { output: 'undefined' },
  ],
  'starting the task twice': [
    'globalThis.count = 0; function main() { count += 1; try { __ratchet_start__() } catch {} return count }',
    { output: 1 },
  ],
  'replacing globals of the sandbox': [
    '() => { for (const k of Object.getOwnPropertyNames(globalThis)) { try { globalThis[k] = null } catch {} } return 1 }',
    { output: 1 },
  ],
  'shadowing what the sandbox calls': [
    'Object.defineProperty(globalThis, "main", { get() { return () => 5 } }); 1',
    { output: 5 },
  ],
  'arguments for the host': [
    '() => { crypto.getRandomValues(new Uint8Array(65536)); try { crypto.getRandomValues(new Uint8Array(65537)) } catch (e) { return e.name } }',
    { output: 'QuotaExceededError' },
  ],
};

describe('hostile programs', () => {
  it.each(Object.entries(programs))('%s', async (_, [code, expected, changes]) => {
    const before = Reflect.ownKeys(Object.prototype).length;
    expect(await run(code, { a: 1 }, changes)).toMatchObject(expected);
    expect(Reflect.ownKeys(Object.prototype)).toHaveLength(before);
    expect(await run('(input) => input.a + 1', { a: 1 })).toMatchObject({ status: 'completed', output: 2 });
    expect(sandbox.stats()).toMatchObject({ busy: 0, waiting: 0 });
  });
});
