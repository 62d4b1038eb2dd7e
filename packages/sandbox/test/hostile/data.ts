import { fails, gives, lasts, type Program, type Programs } from './program.ts';

const refuses = (name: string, code: string): Program => fails(name, code);
const ends = (list: object | readonly object[], code: string): Program => ({
  code,
  ends: list,
  changes: { limits: { memoryMb: 24, timeoutMs: 2000 } },
});
const nested = (depth: number) => `() => { let a = []; for (let i = 0; i < ${depth}; i += 1) a = [a]; return a }`;

export const data: Programs = {
  '__proto__ in the output': gives(
    {},
    '() => JSON.parse(\'{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}\')',
  ),
  'an integer beyond numbers': refuses('OutputError', '() => ({ a: 1n })'),
  'an integer taught to be JSON': gives(
    '1',
    '() => { BigInt.prototype.toJSON = function () { return String(this) }; return 1n }',
  ),
  'a symbol': gives(null, "() => Symbol('x')"),
  'a function': gives(null, '() => () => 1'),
  'symbols and functions within': gives(
    { list: [null, null] },
    "() => ({ a: Symbol('x'), b() {}, list: [Symbol(), () => 1], [Symbol('k')]: 1 })",
  ),
  'numbers that JSON does not know': gives([0, null, null, null], '() => [-0, NaN, Infinity, -Infinity]'),
  'raw JSON': ends({ status: 'completed' }, "() => ({ a: JSON.rawJSON('1e999') })"),
  'half a character': gives(['\ud800'], "() => ['\\ud800']"),
  'a character of nothing': gives('a\u0000b', "() => 'a\\0b'"),
  'dates that are none': gives([null, '+275760-09-13T00:00:00.000Z'], '() => [new Date(NaN), new Date(8.64e15)]'),
  'maps, sets and buffers': gives(
    [{}, {}, { 0: 1 }, {}],
    '() => [new Map([[1, 2]]), new Set([1]), new Uint8Array([1]), new ArrayBuffer(8)]',
  ),
  'a cycle': refuses('OutputError', '() => { const a = {}; a.a = a; return a }'),
  'a getter that throws': refuses('OutputError', "() => ({ get a() { throw new Error('gotcha') } })"),
  'a getter that never returns': lasts('() => ({ get a() { for (;;); } })'),
  'a toJSON that never returns': lasts('() => ({ toJSON() { for (;;); } })'),
  'a toJSON that returns itself': gives({}, '() => { const o = { toJSON: () => o }; return o }'),
  'a toJSON that breeds': {
    code: '() => { const make = () => ({ toJSON: () => [make(), make()] }); return make() }',
    ends: { status: 'failed' },
  },
  'a toJSON on every object': gives('evil', "() => { Object.prototype.toJSON = () => 'evil'; return { a: 1 } }"),
  'a bomb in toJSON': refuses('OutputLimitError', "() => ({ toJSON() { return 'x'.repeat(1e6) } })"),
  'a proxy': gives(
    { a: 5 },
    "() => new Proxy({ a: 1 }, { get: (t, k) => (k === 'toJSON' || k === 'then' ? undefined : 5) })",
  ),
  'a proxy with a million keys': ends(
    [{ status: 'failed' }, { status: 'timed_out' }],
    "() => new Proxy({}, { ownKeys: () => Array.from({ length: 1e6 }, (_, n) => 'k' + n), getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }), get: (t, k) => (k === 'then' || k === 'toJSON' ? undefined : 'x') })",
  ),
  'a revoked proxy': ends(
    { status: 'failed' },
    '() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy }',
  ),
  'a thenable that never settles': lasts('() => ({ then() {} })'),
  'a thenable that settles twice': gives(1, '() => ({ then(yes, no) { yes(1); no(2); yes(3) } })'),
  'a thenable of thenables': lasts('() => { const t = { then(yes) { yes({ then: t.then }) } }; return t }'),
  'a thenable with a throwing getter': refuses('DataError', "() => ({ get then() { throw new DataError('t') } })"),
  'then on every object': gives(
    7,
    '() => { Object.prototype.then = function (yes) { delete Object.prototype.then; yes(7) }; return {} }',
  ),
  'deep output': refuses('OutputLimitError', nested(3000)),
  'deeper output': ends([{ status: 'failed' }, { status: 'timed_out' }], nested(300_000)),
  'an array as long as arrays can be': ends(
    [{ status: 'failed' }, { status: 'timed_out' }],
    '() => new Array(2 ** 32 - 1)',
  ),
  'a sparse array': ends(
    [{ status: 'failed' }, { status: 'timed_out' }],
    '() => { const a = []; a[4e9] = 1; return a }',
  ),
  'a string as long as strings can be': ends(
    [
      { status: 'failed', error: { class: 'OutputLimitError' } },
      { status: 'failed', error: { class: 'MemoryLimitError' } },
      { status: 'failed', error: { class: 'OutputError' } },
    ],
    "() => 'x'.repeat(2 ** 29 - 30)",
  ),
  'a rope that is joined when it is written': ends(
    [
      { status: 'failed', error: { class: 'OutputLimitError' } },
      { status: 'failed', error: { class: 'MemoryLimitError' } },
      { status: 'failed', error: { class: 'OutputError' } },
    ],
    "() => { let s = 'abc'; for (let n = 0; n < 27; n += 1) s += s; return { s } }",
  ),
  'a string beyond length': refuses('RangeError', "() => 'x'.repeat(2 ** 29)"),
  'an error with hostile fields': refuses(
    'Error',
    '() => { throw { get name() { throw 1 }, get message() { throw 2 }, get stack() { throw 3 }, get constructor() { throw 4 }, get details() { throw 5 } } }',
  ),
  'an error whose fields are no text': refuses(
    'Object',
    '() => { throw { name: { toString: () => "x" }, message: Symbol(), stack: 5, details: 1n } }',
  ),
  'an error that is a proxy': ends(
    { status: 'failed' },
    '() => { throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 }, ownKeys() { throw 3 } }) }',
  ),
  'an error that is a revoked proxy': ends(
    { status: 'failed' },
    '() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy }',
  ),
  'an error whose getter never returns': lasts('() => { throw { get message() { for (;;); } } }'),
  'an error with a message of 10 MB': refuses('DataError', "() => { throw new DataError('x'.repeat(1e7)) }"),
  'an error with details of 10 MB': refuses('DataError', "() => { throw new DataError('x', { a: 'y'.repeat(1e7) }) }"),
  'an error with a name of 1 MB': ends(
    { status: 'failed' },
    "() => { const e = new Error('x'); e.name = 'y'.repeat(1e6); throw e }",
  ),
  'an error with a chain of 100,000 causes': refuses(
    'Error',
    "() => { let e = new Error('first'); for (let n = 0; n < 1e5; n += 1) e = new Error('next', { cause: e }); throw e }",
  ),
  'an error of a million errors': refuses(
    'AggregateError',
    "() => { throw new AggregateError(Array(1e6).fill(new Error('x')), 'many') }",
  ),
  'an error that names a frame of the server': {
    code: "() => { const e = new Error('x'); e.stack = 'Error: x\\n    at f (file:///etc/passwd:1:1)\\n    at task:///%00/../../etc/passwd:1:1'; throw e }",
    ends: { status: 'failed', error: { class: 'Error', message: 'x' } },
  },
  'an error that claims a limit': refuses(
    'MemoryLimitError',
    "() => { throw Object.assign(new Error('mine'), { name: 'MemoryLimitError' }) }",
  ),
  'an error at the top whose stack never ends': lasts(
    "Error.prepareStackTrace = () => { for (;;); }; throw new Error('x')",
  ),
  'an error at the top whose fields never end': lasts(
    "throw Object.defineProperties(new Error('x'), { message: { get() { for (;;); } }, stack: { get() { for (;;); } }, name: { get() { for (;;); } } })",
  ),
  'an error at the top that is no error': ends(
    { status: 'failed' },
    "throw new Proxy(new Error('x'), { get() { throw new Error('y') }, getPrototypeOf() { throw 1 } })",
  ),
  'a rejection whose stack never ends': gives(
    1,
    "async () => { Error.prepareStackTrace = () => { for (;;); }; Promise.reject(new Error('x')); return 1 }",
  ),
  'a rejection whose fields never end': gives(
    1,
    "async () => { Promise.reject(Object.defineProperty(new Error('x'), 'message', { get() { for (;;); } })); return 1 }",
  ),
  'a rejection at the top of a module': lasts(
    "await 0; Error.prepareStackTrace = () => { for (;;); }; throw new Error('x'); export default 1",
  ),
  'a symbol thrown': refuses('Error', "() => { throw Symbol('s') }"),
  'a reviver that rebuilds the world': gives(
    { a: 1 },
    "() => JSON.parse('{\"a\": 1}', function (k, v) { if (k === 'a') { delete this.a; Object.defineProperty(this, 'a', { value: 1, enumerable: true }) } return v })",
  ),
  'an input that is kept and changed': {
    code: '(input) => { input.a = 2; Object.freeze(input); return input }',
    ends: { status: 'completed', output: { a: 2 } },
    input: { a: 1 },
  },
  'an input with __proto__': {
    code: '(input) => [Object.keys(input), {}.polluted === undefined, Object.getPrototypeOf(input) === Object.prototype]',
    ends: { status: 'completed', output: [['__proto__', 'constructor'], true, true] },
    input: JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'),
  },
  'a context that cannot be changed': gives(
    [1, 'frozen', 'frozen'],
    "(i, context) => [context.attempt, ...['secrets', 'log'].map((k) => { 'use strict'; try { context[k].x = 1; return 'changed' } catch { return 'frozen' } })]",
  ),
};
