import { fails, gives, lasts, type Program, type Programs } from './program.ts';

/** Either limit may be reached first; both are clear. */
const exhausts = (code: string): Program => ({
  code,
  ends: [
    { status: 'failed', error: { class: 'MemoryLimitError' } },
    { status: 'timed_out', error: { class: 'TimeoutError' } },
  ],
  changes: { limits: { timeoutMs: 3000, memoryMb: 24 } },
});
const endsWith = (ends: readonly object[], code: string): Program => ({
  code,
  ends,
  changes: { limits: { memoryMb: 24, timeoutMs: 3000 } },
});
const outOfMemory = (code: string): Program => fails('MemoryLimitError', code, { limits: { memoryMb: 24 } });

export const resources: Programs = {
  'an endless loop': lasts('() => { for (;;); }'),
  'an endless loop at the top': lasts('for (;;); function main() {}'),
  'an endless loop in a module': lasts('await 0; for (;;); export default () => 1'),
  'an endless loop in a callback': lasts(
    'async () => { await null; await new Promise((r) => setTimeout(r, 1)); for (;;); }',
  ),
  'an endless loop in finally': lasts('() => { for (;;) { try { throw 1 } catch {} finally { continue } } }'),
  'endless microtasks': lasts('async () => { for (;;) await null }'),
  'endless waiting': lasts('() => new Promise(() => {})'),
  'a processor hog': {
    code: '() => { for (;;); }',
    ends: { status: 'timed_out', error: { class: 'CpuLimitError' } },
    changes: { limits: { cpuMs: 150 } },
  },
  'a processor hog in crypto': {
    code: `async () => { const k = await crypto.subtle.importKey('raw', new Uint8Array(9), 'PBKDF2', false, ['deriveBits']);
      for (;;) await Promise.all(Array.from({ length: 8 }, () => crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-512', salt: new Uint8Array(1), iterations: 100000 }, k, 512))) }`,
    ends: { status: 'timed_out', error: { class: 'CpuLimitError' } },
    changes: { limits: { cpuMs: 400 } },
  },
  'a catastrophic regular expression': lasts("() => /^(a+)+$/.test('a'.repeat(50) + 'b')"),
  'a regular expression that backtracks over alternatives': lasts("() => /(x+x+)+y/.test('x'.repeat(60))"),
  'a multiplication that cannot be interrupted': lasts('() => { let b = 3n; for (;;) b = b * b }'),
  'digits of a huge integer': lasts('() => { for (;;) (7n ** 3000000n).toString() }'),
  'a sort that never agrees': lasts(
    '() => { for (;;) Array.from({ length: 1e4 }, Math.random).sort(() => Math.random() - 0.5) }',
  ),
  'deep recursion': fails('RangeError', '() => { const f = () => f(); f() }'),
  'deep recursion in a callback of the host': {
    code: "() => { const o = { toString() { return String(new URL('http://a.b/' + o)) } }; return String(o) }",
    ends: { status: 'failed', error: { class: 'RangeError' } },
  },
  'deep recursion of promises': endsWith(
    [{ status: 'completed' }, { status: 'failed' }],
    '() => { let p = Promise.resolve(1); for (let i = 0; i < 1e5; i += 1) p = p.then((v) => v); return p }',
  ),
  'a string bomb': outOfMemory("() => { const a = []; for (;;) a.push('x'.repeat(1e6) + a.length) }"),
  'an array bomb': outOfMemory('() => { const a = []; for (;;) a.push({ a: [1, 2, 3] }) }'),
  'one huge array': outOfMemory('() => new Array(1e9).fill(7).length'),
  'an ArrayBuffer bomb': outOfMemory('() => { const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1)) }'),
  'growing buffers': endsWith(
    [{ status: 'failed' }, { status: 'timed_out' }],
    '() => { const a = []; for (;;) { const b = new ArrayBuffer(1, { maxByteLength: 2 ** 30 }); b.resize(2 ** 24); new Uint8Array(b).fill(1); a.push(b) } }',
  ),
  'reserved buffers that are never used': endsWith(
    [{ status: 'failed' }, { status: 'timed_out' }, { status: 'completed' }],
    '() => { const a = []; for (let n = 0; n < 1e5; n += 1) a.push(new ArrayBuffer(1, { maxByteLength: 2 ** 33 })); return a.length }',
  ),
  'a map bomb': outOfMemory('() => { const m = new Map(); for (let i = 0; ; i += 1) m.set(i, {}) }'),
  'a weak map bomb': outOfMemory(
    '() => { const keys = []; const m = new WeakMap(); for (;;) { const k = {}; keys.push(k); m.set(k, new Array(100).fill(k)) } }',
  ),
  'a bomb of closures': outOfMemory(
    '() => { let f = () => 1; for (;;) { const g = f; const big = new Array(100).fill(1); f = () => g() + big.length } }',
  ),
  'a bomb of symbols': outOfMemory("() => { for (let n = 0; ; n += 1) Symbol.for('x'.repeat(1000) + n) }"),
  'a bomb of compiled code': exhausts(
    "() => { const kept = []; for (let n = 0; ; n += 1) kept.push(Function('return [' + '1,'.repeat(2000) + n + ']')) }",
  ),
  'a bomb of formatters': exhausts(
    "() => { const kept = []; for (;;) kept.push(new Intl.DateTimeFormat('de', { dateStyle: 'full', timeStyle: 'full', timeZone: 'Europe/Berlin' })) }",
  ),
  'a bomb of parsed JSON': outOfMemory(
    "() => { const a = []; for (;;) a.push(JSON.parse('[' + '{},'.repeat(1e5) + '1]')) }",
  ),
  'a bomb of nested JSON': endsWith(
    [{ status: 'failed' }, { status: 'completed' }],
    "() => { const n = 5e6; return typeof JSON.parse('['.repeat(n) + ']'.repeat(n)) }",
  ),
  'a bomb that kills the process': outOfMemory("() => 'x'.repeat(2 ** 29 - 30).split('')"),
  'a promise flood': exhausts(
    'async () => { const kept = []; for (;;) kept.push(Promise.resolve().then(() => kept)) }',
  ),
  'a flood of rejections': endsWith(
    [{ status: 'failed' }],
    "async () => { for (let n = 0; n < 20000; n += 1) Promise.reject(new DataError('r' + n)); await 0; return 1 }",
  ),
  'a flood of timers': fails('RangeError', 'async () => { for (;;) setTimeout(() => {}, 100000) }'),
  'timers that breed': lasts(
    'async () => { const breed = () => { for (let n = 0; n < 100; n += 1) try { setTimeout(breed, 0) } catch {} }; breed(); await new Promise(() => {}) }',
  ),
  'an interval of nothing': lasts(
    'async () => { for (let n = 0; n < 5000; n += 1) setInterval(() => {}, 0); await new Promise(() => {}) }',
  ),
  'a log flood': gives(1, "() => { for (let i = 0; i < 20000; i += 1) console.log('x'.repeat(10000)); return 1 }"),
  'a log line of 20 MB': gives(1, "() => { console.log('x'.repeat(2e7)); return 1 }"),
  'a log line of 250 MB': endsWith(
    [{ status: 'failed', error: { class: 'MemoryLimitError' } }, { status: 'completed' }],
    "() => { console.log('x'.repeat(2 ** 28)); return 1 }",
  ),
  'log data of 10 MB': gives(1, "(i, { log }) => { log.info('m', { a: 'x'.repeat(1e7) }); return 1 }"),
  'a log line with a thousand marks': gives(
    1,
    "() => { console.log('%s%o%j'.repeat(1000), ...Array(3000).fill({ a: 1 })); return 1 }",
  ),
  'a log line of a graph that branches without end': gives(
    1,
    '() => { let a = 1; for (let n = 0; n < 20; n += 1) a = Array(100).fill(a); console.log(a); let o = 1; for (let n = 0; n < 20; n += 1) o = Object.fromEntries(Array.from({ length: 100 }, (_, k) => ["k" + k, o])); console.log(o); return 1 }',
  ),
  'a log line of something that looks back': gives(
    1,
    '() => { console.log(new Proxy({}, { ownKeys() { throw 1 } }), { get a() { throw 2 } }, { toString() { throw 3 }, [Symbol.toPrimitive]() { throw 4 } }, Object.create(null), new Proxy([], { get() { throw 5 } })); return 1 }',
  ),
  'a progress flood': gives(1, '(i, c) => { for (let n = 0; n < 5000; n += 1) c.progress(n); return 1 }'),
  'a progress note of 10 MB': gives(1, "(i, c) => { c.progress(1, 'x'.repeat(1e7)); return 1 }"),
  'progress that is no number': fails('TypeError', '(i, c) => c.progress({ valueOf() { return NaN } })'),
  'a flood of parsed addresses': gives(
    1,
    "() => { for (let n = 0; n < 20000; n += 1) new URL('http://a.b/' + n); return 1 }",
  ),
  'an address of 20 MB': endsWith(
    [
      { status: 'failed', error: { class: 'TypeError' } },
      { status: 'failed', error: { class: 'MemoryLimitError' } },
    ],
    "() => new URL('http://a.b/' + 'x'.repeat(2e7)).href.length",
  ),
  'a request flood': gives(
    'A task may make 20 requests in one execution. Ask for more at once, or split the work over several executions.',
    "async () => { for (let n = 0; n < 5000; n += 1) fetch('http://127.0.0.1/').catch(() => {}); return fetch('http://127.0.0.1/').catch((e) => e.message) }",
  ),
  'a blocking request flood': gives(
    'A task may make 20 requests in one execution. Ask for more at once, or split the work over several executions.',
    "() => { let last; for (let n = 0; n < 2000; n += 1) try { fetch('http://127.0.0.1/') } catch (e) { last = e.message } return last }",
  ),
  'a request with 20,000 headers': gives(
    'NetworkError',
    "() => { try { fetch('http://127.0.0.1/', { headers: Array.from({ length: 20000 }, (_, n) => ['x-' + n, 'y'.repeat(50)]) }) } catch (e) { return e.name } }",
  ),
  'a request to an address of 1 MB': gives(
    'NetworkError',
    "() => { try { fetch('http://127.0.0.1/' + 'x'.repeat(1e6)) } catch (e) { return e.name } }",
  ),
  'a crypto flood': gives(
    ['OperationError', 'fine'],
    `async () => { const key = await crypto.subtle.importKey('raw', new Uint8Array(9), 'PBKDF2', false, ['deriveBits']);
      const how = { name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(1), iterations: 20000 };
      const made = []; for (let n = 0; n < 300; n += 1) made.push(crypto.subtle.deriveBits(how, key, 128).then(() => 'fine', (e) => e.name));
      return [...new Set(await Promise.all(made))].sort() }`,
  ),
  'crypto left behind': gives(
    1,
    "async () => { const k = await crypto.subtle.importKey('raw', new Uint8Array(9), 'PBKDF2', false, ['deriveBits']); crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-512', salt: new Uint8Array(1), iterations: 2 ** 30 }, k, 512); return 1 }",
  ),
  'callbacks of the garbage collector': fails(
    'ReferenceError',
    '() => { const kept = new FinalizationRegistry(() => { for (;;); }); for (let n = 0; n < 2e5; n += 1) kept.register({ n }, n); return 1 }',
  ),
};
