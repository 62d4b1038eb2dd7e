import { createHash, createHmac } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { openSandbox } from './run-code.ts';

const { sandbox, run } = openSandbox();
afterAll(() => sandbox.close());

const output = async (body: string): Promise<unknown> => {
  const result = await run(`async function main(input) { ${body} }`);
  return result.status === 'completed' ? result.output : result.error;
};

const table: Record<string, [body: string, expected: unknown]> = {
  'URL parts': [
    "const u = new URL('/p?q=1#h', 'https://user@Example.org:8443/a/'); return [u.href, u.host, u.port, u.hash, u.searchParams.get('q'), u.origin]",
    ['https://user@example.org:8443/p?q=1#h', 'example.org:8443', '8443', '#h', '1', 'https://example.org:8443'],
  ],
  'URL setters': [
    "const u = new URL('http://a.b/'); u.pathname = '/x y'; u.searchParams.append('k', 'v w'); u.hash = 'z'; u.port = '81'; return [String(u), JSON.stringify({ u }), u.searchParams.size]",
    ['http://a.b:81/x%20y?k=v+w#z', '{"u":"http://a.b:81/x%20y?k=v+w#z"}', 1],
  ],
  'URL that is none': [
    "try { new URL('nope') } catch (e) { return [e.name, e.code, URL.canParse('nope')] }",
    ['TypeError', 'ERR_INVALID_URL', false],
  ],
  URLSearchParams: [
    "const p = new URLSearchParams('?a=1&b=%C3%BC+x&a=2'); p.set('a', '3'); p.append('c', '&='); p.delete('zz'); return [String(p), p.get('b'), [...p.keys()], new URLSearchParams({ x: 'é' }).toString()]",
    ['a=3&b=%C3%BC+x&c=%26%3D', 'ü x', ['a', 'b', 'c'], 'x=%C3%A9'],
  ],
  'text encoding': [
    "const e = new TextEncoder(); const d = new TextDecoder(); return [[...e.encode('aü€😀')], d.decode(e.encode('aü€😀')), d.decode(new Uint8Array([0xff, 0xe2, 0x82])), e.encode('\\ud800')[0]]",
    [[97, 195, 188, 226, 130, 172, 240, 159, 152, 128], 'aü€😀', '\ufffd\ufffd', 239],
  ],
  'text decoding in pieces': [
    'const d = new TextDecoder(); return d.decode(new Uint8Array([0xe2, 0x82]), { stream: true }) + d.decode(new Uint8Array([0xac]))',
    '€',
  ],
  'fatal decoding': [
    "try { new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff])) } catch (e) { return e.name }",
    'TypeError',
  ],
  base64: ["return [btoa('hello'), atob('aGVsbG8='), atob('aGVs bG8')]", ['aGVsbG8=', 'hello', 'hello']],
  'base64 that is none': ["try { atob('*') } catch (e) { return e.name }", 'InvalidCharacterError'],
  digest: [
    "const h = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('abc')); return [...new Uint8Array(h)].map((b) => b.toString(16).padStart(2, '0')).join('')",
    createHash('sha256').update('abc').digest('hex'),
  ],
  'HMAC sign and verify': [
    `const bytes = (t) => new TextEncoder().encode(t);
     const key = await crypto.subtle.importKey('raw', bytes('key'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
     const mac = await crypto.subtle.sign('HMAC', key, bytes('text'));
     return [btoa(String.fromCharCode(...new Uint8Array(mac))), await crypto.subtle.verify('HMAC', key, mac, bytes('text')), await crypto.subtle.verify('HMAC', key, mac, bytes('other')), key.type, key.extractable]`,
    [createHmac('sha256', 'key').update('text').digest('base64'), true, false, 'secret', false],
  ],
  'AES-GCM there and back': [
    `const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt']);
     const iv = crypto.getRandomValues(new Uint8Array(12));
     const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new TextEncoder().encode('secret'));
     return new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed))`,
    'secret',
  ],
  'ECDSA with a generated pair': [
    `const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
     const how = { name: 'ECDSA', hash: 'SHA-256' }; const data = new Uint8Array([1, 2, 3]);
     const signature = await crypto.subtle.sign(how, pair.privateKey, data);
     return [await crypto.subtle.verify(how, pair.publicKey, signature, data), pair.privateKey.extractable]`,
    [true, false],
  ],
  'PBKDF2 bits': [
    `const key = await crypto.subtle.importKey('raw', new TextEncoder().encode('pw'), 'PBKDF2', false, ['deriveBits']);
     const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array([1]), iterations: 10 }, key, 128);
     return bits.byteLength`,
    16,
  ],
  'a key that may not leave': [
    `const key = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
     try { await crypto.subtle.exportKey('raw', key) } catch (e) { return e.name }`,
    'InvalidAccessError',
  ],
  'an algorithm that does not exist': [
    "try { await crypto.subtle.digest('MD5', new Uint8Array(1)) } catch (e) { return e instanceof Error && e.name }",
    'NotSupportedError',
  ],
  'random values': [
    'const a = crypto.getRandomValues(new Uint32Array(4)); return [a.length, /^[0-9a-f-]{36}$/.test(crypto.randomUUID()), crypto.randomUUID()[14]]',
    [4, true, '4'],
  ],
  structuredClone: [
    `const a = { d: new Date(1), m: new Map([[1, new Set([2])]]), r: /x/g, b: new Uint8Array([1, 2]), e: new RangeError('x') }; a.self = a;
     const c = structuredClone(a);
     return [c !== a, c.self === c, c.d.getTime(), [...c.m.get(1)], c.r.flags, [...c.b], c.e instanceof RangeError, c.e.message]`,
    [true, true, 1, [2], 'g', [1, 2], true, 'x'],
  ],
  'structuredClone of a function': [
    'try { structuredClone({ f() {} }) } catch (e) { return e.name }',
    'DataCloneError',
  ],
  'timers in order': [
    `const seen = []; const t = setTimeout(() => seen.push('never'), 5); clearTimeout(t);
     setTimeout(() => seen.push('late'), 20); setTimeout((x) => seen.push(x), 1, 'early'); setImmediate(() => seen.push('now')); queueMicrotask(() => seen.push('micro'));
     const every = setInterval(() => { seen.push('tick'); clearInterval(every) }, 10);
     await new Promise((r) => setTimeout(r, 60)); return seen`,
    ['micro', 'early', 'now', 'tick', 'late'],
  ],
  'too many timers': ['try { for (;;) setTimeout(() => {}, 100000) } catch (e) { return e.name }', 'RangeError'],
  'abort controller': [
    `const c = new AbortController(); const seen = []; c.signal.addEventListener('abort', () => seen.push('heard'), { once: true }); c.signal.onabort = () => seen.push('on');
     c.abort(); c.abort(); try { c.signal.throwIfAborted() } catch (e) { seen.push(e.name) } return [seen, AbortSignal.abort('why').reason, AbortSignal.any([c.signal]).aborted]`,
    [['on', 'heard', 'AbortError'], 'why', true],
  ],
  'abort by time': [
    "const s = AbortSignal.timeout(5); await new Promise((r) => s.addEventListener('abort', r)); return s.reason.name",
    'TimeoutError',
  ],
  headers: [
    "const h = new Headers({ 'X-B': ' 2 ', a: '1' }); h.append('a', '3'); return [[...h], h.get('A'), h.has('x-b')]",
    [
      [
        ['a', '1, 3'],
        ['x-b', '2'],
      ],
      '1, 3',
      true,
    ],
  ],
  'request and response': [
    `const q = new Request('http://a.b/x', { method: 'post', body: new URLSearchParams({ k: 'v' }) });
     const r = Response.json({ a: 1 }, { status: 201 }); const twin = r.clone();
     return [q.method, q.headers.get('content-type'), await q.text(), r.ok, r.status, await r.json(), r.bodyUsed, await twin.text()]`,
    ['POST', 'application/x-www-form-urlencoded;charset=UTF-8', 'k=v', true, 201, { a: 1 }, true, '{"a":1}'],
  ],
  'a body read twice': [
    "const r = new Response('x'); await r.text(); try { await r.text() } catch (e) { return e.name }",
    'TypeError',
  ],
  'error classes': [
    `const e = new RateLimitError('slow', { status: 429 });
     return [e.name, e.status, e instanceof HttpError, e instanceof Error, new ValidationError('v').details === undefined, \`\${new DataError('d')}\`, TimeoutError.name, typeof ConfigurationError, typeof NetworkError]`,
    ['RateLimitError', 429, true, true, true, 'DataError: d', 'TimeoutError', 'function', 'function'],
  ],
  'what is not there': [
    'return [typeof process, typeof require, typeof Buffer, typeof global, typeof WebAssembly, typeof SharedArrayBuffer, typeof Atomics, typeof __ratchet_start__, typeof __ratchet_connect__]',
    Array(9).fill('undefined'),
  ],
  'a global may be replaced': ['globalThis.URL = 5; new URLSearchParams(); return URL', 5],
};

describe('globals', () => {
  it.each(Object.entries(table))('%s', async (_, [body, expected]) => {
    expect(await output(body)).toEqual(expected);
  });

  it('names that a script declares itself win', async () => {
    const code =
      'const fetch = 1; let URL = 2; class Headers {} function atob() { return 3 } var crypto = 4;\nfunction main() { return [fetch, URL, typeof Headers, atob(), crypto] }';
    expect(await run(code)).toMatchObject({ output: [1, 2, 'function', 3, 4] });
  });

  it('two contexts draw different random numbers', async () => {
    const first = await run('() => [Math.random(), crypto.randomUUID()]');
    const second = await run('() => [Math.random(), crypto.randomUUID()]');
    expect(first).not.toMatchObject({ output: (second as { output: unknown }).output });
  });
});
