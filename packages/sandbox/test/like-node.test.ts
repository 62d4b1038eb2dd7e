import { afterAll, describe, expect, it } from 'vitest';
import { openSandbox } from './run-code.ts';

const { sandbox, run } = openSandbox();
afterAll(() => sandbox.close());

/** What each body answers in the sandbox must be what it answers in Node, whose globals pass the web's own tests. */
const bodies: Record<string, string> = {
  'URL of many kinds': `return ['http://a.b', 'HTTP://EXAMPLE.org:80/%7Ea/../b/./c?x#y', 'https://münchen.de/ü?ü#ü', 'http://1.2.3', 'http://0x7f.1/', 'http://[::1]:8080/', 'http://a b/', 'http://a/ b', 'mailto:x@y.z', 'file:///c:/x', 'http://', '//x', 'http://a.b:99999/', 'http://a%00b/', 'data:text/plain,hi', 'http://a\\\\b', 'javascript:alert(1)', '  http://trim.me  ', 'http://user:p%40ss@h/']
    .map((u) => { try { const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = new URL(u); return [href, origin, protocol, username, password, host, hostname, port, pathname, search, hash] } catch (e) { return [e.name, e.code] } })`,
  'URL against a base': `return [['x', 'http://a/b/c'], ['../x', 'http://a/b/c/d'], ['?q', 'http://a/b'], ['#h', 'http://a/b?c'], ['//h/p', 'https://a'], ['', 'http://a/b'], ['/x', 'mailto:a@b'], ['http:x', 'http://a/b/']].map(([u, b]) => { try { return new URL(u, b).href } catch (e) { return e.name } })`,
  'URL setters': `const out = []; for (const [part, value] of [['protocol', 'https'], ['protocol', 'ftp:x'], ['host', 'c.d:81'], ['hostname', '[::2]'], ['hostname', 'a b'], ['port', '80'], ['port', '8x'], ['port', ''], ['pathname', 'a b/../c'], ['search', ''], ['search', '?a=ü'], ['hash', ''], ['hash', '#ü x'], ['username', 'a:b'], ['password', '@'], ['href', 'http://new/']]) { const u = new URL('http://u:p@a.b:8080/p?q#h'); u[part] = value; out.push(u.href) } return out`,
  'URL set to what it cannot be':
    "const u = new URL('http://a/'); try { u.href = 'nope' } catch (e) { return [e.name, u.href] }",
  'URL.canParse and parse':
    "return [URL.canParse('x', 'http://a'), URL.canParse('x'), URL.parse('x'), URL.parse('x', 'http://a').href]",
  'search parameters of a URL':
    "const u = new URL('http://a/?a=1&b=2#h'); const p = u.searchParams; p.append('c', 'x y'); p.delete('a'); const one = u.href; u.search = '?z=9'; return [one, [...p], p === u.searchParams, String(p)]",
  'search parameters from everything': `return ['a=1&a=2&b', '?x=%zz&y=%41+%2B', { a: 1, b: [2, 3] }, [['a', 'b'], ['a', 'c']], new URLSearchParams('q=1'), new Map([['m', 'n']]), '', '&&=&=x&a==b', 'a=%F0%9F%98%80&b=%ff', null, undefined].map((i) => { try { return [String(new URLSearchParams(i)), [...new URLSearchParams(i)]] } catch (e) { return e.name } })`,
  'search parameters that are wrong':
    "return [[['a']], [['a', 'b', 'c']], [1]].map((i) => { try { new URLSearchParams(i); return 'made' } catch (e) { return e.name } })",
  'search parameters changed':
    "const p = new URLSearchParams('z=1&a=2&z=3&\u{1F600}=4&\uFFFF=5'); p.sort(); const sorted = String(p); p.set('z', '9'); p.append('e', '*-._ ~!()'); return [sorted, String(p), p.has('z', '9'), p.has('z', '1'), p.size, p.getAll('a'), p.get('none'), (p.delete('a', 'x'), p.has('a')), [...p.values()].length]",
  'search parameters walked':
    "const out = []; new URLSearchParams('a=1&b=2').forEach((v, k, p) => out.push([k, v, p.size])); return out",
  'text encoded':
    "const e = new TextEncoder(); return ['', 'aü€😀', '\\ud800x', 'x\\udc00', '\\ufeff', '\\0'].map((t) => [...e.encode(t)])",
  'text encoded into a place':
    "const e = new TextEncoder(); return [[4, 'ü€'], [3, '😀'], [0, 'a'], [9, 'a😀b']].map(([n, t]) => { const a = new Uint8Array(n); return [e.encodeInto(t, a), [...a]] })",
  'text decoded': `const d = (label, bytes, o) => { try { return new TextDecoder(label, o).decode(new Uint8Array(bytes)) } catch (e) { return e.name } };
    return [d('utf-8', [0xef, 0xbb, 0xbf, 97]), d('utf-8', [0xef, 0xbb, 0xbf, 97], { ignoreBOM: true }), d('utf-8', [0xc0, 0x80]), d('utf-8', [0xed, 0xa0, 0x80]), d('utf-8', [0xf4, 0x90, 0x80, 0x80]), d('utf-8', [0xe2, 0x82]), d('utf-8', [0xf0, 0x9f, 0x98, 0x80, 0xff]), d('utf-8', [0xff], { fatal: true }), d('utf-8', [0xe2, 0x28, 0xa1]),
      d('utf-16le', [0x61, 0, 0x3d, 0xd8, 0, 0xde]), d('utf-16be', [0, 0x61, 0xd8, 0x3d, 0xde, 0]), d('utf-16le', [0x3d, 0xd8, 0x61, 0]), d('utf-16le', [0x61]), d('utf-16le', [0xff, 0xfe, 0x61, 0]), d('utf-16le', [0x3d, 0xd8], { fatal: true }), d('latin1', [0x80, 0x9f, 0xe9, 0x41]), d('ascii', [0x93]), d('windows-1252', [0x81]), d('nonsense', [1])]`,
  'text decoded in pieces':
    "const d = new TextDecoder(); const out = []; for (const b of [[0xf0], [0x9f, 0x98], [0x80, 0x61], [0xe2]]) out.push(d.decode(new Uint8Array(b), { stream: true })); out.push(d.decode()); const w = new TextDecoder('utf-16le'); for (const b of [[0x3d], [0xd8, 0x00], [0xde, 0x61]]) out.push(w.decode(new Uint8Array(b), { stream: true })); out.push(w.decode()); return out",
  'names of encodings':
    "return ['utf8', 'UTF-8 ', 'unicode-1-1-utf-8', 'latin1', 'ascii', 'iso-8859-1', 'utf-16', 'utf-16be'].map((l) => new TextDecoder(l).encoding)",
  'base64 there':
    "return ['', 'a', 'ab', 'abc', '\\xff\\0'].map(btoa).concat((() => { try { return btoa('€') } catch (e) { return e.name } })())",
  'base64 and back':
    "return ['', 'YQ==', 'YQ', 'YWI=', 'Y W\\nJj', 'YWJj====', 'Y', '====', 'YQ=', 'a-_b', null].map((t) => { try { return atob(t) } catch (e) { return e.name } })",
  'headers from everything':
    "return [{ 'X-A': ' 1 ', b: 2 }, [['a', '1'], ['A', '2']], new Headers({ c: '3' }), undefined, [['a']], { 'a b': '1' }, { a: 'x\\ny' }, 5].map((i) => { try { return [...new Headers(i)] } catch (e) { return e.name } })",
  'headers changed':
    "const h = new Headers({ b: '1' }); h.append('a', 'x'); h.append('A', 'y'); h.set('B', '2'); h.append('set-cookie', 'a=1'); h.append('set-cookie', 'b=2'); h.delete('none'); const seen = []; h.forEach((v, k) => seen.push(k)); return [[...h], h.get('A'), h.get('none'), h.has('SET-COOKIE'), h.getSetCookie(), [...h.keys()], [...h.values()].length, seen]",
  requests:
    "const q = new Request('http://a.b/x?y', { method: 'post', body: 'text', headers: { a: 'b' } }); const twin = q.clone(); const other = new Request(q, { headers: { c: 'd' }, method: 'PUT' }); return [q.method, q.url, [...q.headers], await twin.text(), twin.bodyUsed, other.method, [...other.headers].filter(([k]) => k !== 'content-type'), q.redirect]",
  'requests that are wrong':
    "return [['http://a', { body: 'x' }], ['http://a', { method: 'GET', body: 'x' }], ['nope'], ['http://a', { method: 'a b' }], ['http://a', { redirect: 'never' }]].map((a) => { try { new Request(...a); return 'made' } catch (e) { return e.name } })",
  responses:
    "const r = new Response('{\"a\":1}', { status: 201, statusText: 'Made', headers: { x: 'y' } }); const twin = r.clone(); return [r.status, r.ok, r.statusText, r.bodyUsed, await r.json(), r.bodyUsed, await twin.text(), [...(await new Response(new Uint8Array([1, 2])).bytes())], (await new Response('abc').arrayBuffer()).byteLength, Response.json([1]).headers.get('content-type'), Response.error().status, Response.redirect('http://a.b/', 301).headers.get('location'), new Response().ok]",
  'responses that are wrong':
    "return [() => new Response('', { status: 99 }), () => new Response('', { status: 600 }), () => new Response('x', { status: 204 }), () => Response.redirect('http://a.b/', 200), () => Response.json(undefined)].map((f) => { try { f(); return 'made' } catch (e) { return e.name } })",
  'a body of a form':
    "const r = new Response(new URLSearchParams({ a: 'b c' })); return [r.headers.get('content-type'), await r.text()]",
  'a body read twice':
    "const r = new Response('x'); await r.text(); return [r.bodyUsed, await r.text().catch((e) => e.name), (() => { try { r.clone(); return 'cloned' } catch (e) { return e.name } })()]",
  'a body that is no JSON': "return new Response('{').json().catch((e) => e.name)",
  aborting:
    "const c = new AbortController(); const seen = []; c.signal.addEventListener('abort', (e) => seen.push(e.type, e.target === c.signal)); c.signal.addEventListener('abort', () => seen.push('once'), { once: true }); c.abort(); c.abort('again'); return [seen, c.signal.aborted, c.signal.reason.name, AbortSignal.abort().reason.name, AbortSignal.abort(5).reason, AbortSignal.any([]).aborted, (() => { try { c.signal.throwIfAborted() } catch (e) { return e.name } })()]",
  events:
    "const t = new EventTarget(); const seen = []; const f = (e) => { seen.push(e.type); e.preventDefault() }; t.addEventListener('x', f); t.addEventListener('x', f); t.addEventListener('x', { handleEvent(e) { seen.push(e.type + 2) } }); const kept = t.dispatchEvent(new Event('x', { cancelable: true })); t.removeEventListener('x', f); t.dispatchEvent(new Event('x')); return [seen, kept]",
  'structured clones':
    "const shared = { a: 1 }; const v = { d: new Date(5), r: /x/gi, m: new Map([[shared, new Set([1n])]]), again: shared, b: new Uint8Array([1, 2]), f: new Float64Array([0.5]), o: Object(7), e: new TypeError('t', { cause: 'c' }), n: [undefined, null, , NaN, -0] }; v.self = v; const c = structuredClone(v); return [c.self === c, c.d.getTime(), String(c.r), [...c.m.keys()][0] === c.again, typeof [...[...c.m.values()][0]][0], [...c.b], c.f[0], c.o + 1, c.e.name, c.e.cause, c.e instanceof TypeError, 2 in c.n, Object.is(c.n[4], -0), c.n.length]",
  'what cannot be cloned':
    "return [() => 1, Symbol('x'), new WeakMap(), Promise.resolve(), { f() {} }].map((v) => { try { structuredClone(v); return 'cloned' } catch (e) { return e.name } })",
  timers:
    "const seen = []; setTimeout((a, b) => seen.push(a + b), 5, 'a', 'b'); const gone = setTimeout(() => seen.push('gone'), 1); clearTimeout(gone); let n = 0; await new Promise((done) => { const t = setInterval(() => { seen.push('tick'); if (++n === 2) { clearInterval(t); done() } }, 10) }); queueMicrotask(() => seen.push('micro')); await null; return seen",
  'timers that are wrong':
    "return [() => setTimeout('x'), () => queueMicrotask(5), () => clearTimeout(undefined), () => clearTimeout('none')].map((f) => { try { f(); return 'fine' } catch (e) { return e.name } })",
  'random values':
    "return [[new Uint8Array(3), 3], [new BigInt64Array(2), 2]].map(([a, n]) => crypto.getRandomValues(a).length === n).concat([new Float32Array(1), new Uint8Array(65537), {}].map((a) => { try { crypto.getRandomValues(a); return 'fine' } catch (e) { return e.name } }), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()))",
  digests:
    "const hex = (b) => [...new Uint8Array(b)].map((x) => x.toString(16).padStart(2, '0')).join(''); const out = []; for (const h of ['SHA-1', 'SHA-256', 'sha-384', { name: 'SHA-512' }]) out.push(hex(await crypto.subtle.digest(h, new TextEncoder().encode('abc')))); return out",
  'ciphers with a known key': `const raw = Uint8Array.from({ length: 32 }, (_, n) => n); const iv = new Uint8Array(16).fill(7); const text = new TextEncoder().encode('sixteen bytes xx and more'); const out = [];
    for (const how of [{ name: 'AES-GCM', iv: iv.slice(4), additionalData: new Uint8Array([1]) }, { name: 'AES-CBC', iv }, { name: 'AES-CTR', counter: iv, length: 64 }]) { const key = await crypto.subtle.importKey('raw', raw, how.name, true, ['encrypt', 'decrypt']); const sealed = await crypto.subtle.encrypt(how, key, text); out.push(btoa(String.fromCharCode(...new Uint8Array(sealed))), new TextDecoder().decode(await crypto.subtle.decrypt(how, key, sealed)), key.algorithm) } return out`,
  'keys in every form': `const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']); const jwk = await crypto.subtle.exportKey('jwk', pair.publicKey); const spki = await crypto.subtle.exportKey('spki', pair.publicKey); const pkcs8 = await crypto.subtle.exportKey('pkcs8', pair.privateKey);
    const back = await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']); const how = { name: 'ECDSA', hash: 'SHA-256' }; const s = await crypto.subtle.sign(how, pair.privateKey, new Uint8Array([1])); return [jwk.kty, jwk.crv, spki.byteLength, pkcs8.byteLength > 100, await crypto.subtle.verify(how, back, s, new Uint8Array([1])), await crypto.subtle.verify(how, back, s, new Uint8Array([2])), back.usages, back.type]`,
  'keys wrapped': `const by = await crypto.subtle.importKey('raw', new Uint8Array(32).fill(1), 'AES-KW', false, ['wrapKey', 'unwrapKey']); const key = await crypto.subtle.importKey('raw', new Uint8Array(16).fill(2), 'AES-CBC', true, ['encrypt']); const sealed = await crypto.subtle.wrapKey('raw', key, by, 'AES-KW'); const back = await crypto.subtle.unwrapKey('raw', sealed, by, 'AES-KW', 'AES-CBC', true, ['encrypt']); return [[...new Uint8Array(sealed)], [...new Uint8Array(await crypto.subtle.exportKey('raw', back))], back.usages]`,
  'bits and keys derived': `const base = await crypto.subtle.importKey('raw', new TextEncoder().encode('password'), 'PBKDF2', false, ['deriveBits', 'deriveKey']); const how = { name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array([1, 2]), iterations: 100 }; const bits = [...new Uint8Array(await crypto.subtle.deriveBits(how, base, 128))]; const key = await crypto.subtle.deriveKey(how, base, { name: 'AES-GCM', length: 128 }, true, ['encrypt']); const hkdf = await crypto.subtle.importKey('raw', new Uint8Array(8), 'HKDF', false, ['deriveBits']);
    return [bits, [...new Uint8Array(await crypto.subtle.exportKey('raw', key))], [...new Uint8Array(await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(1), info: new Uint8Array(2) }, hkdf, 64))]]`,
  'what crypto refuses':
    "const key = await crypto.subtle.importKey('raw', new Uint8Array(16), 'AES-GCM', false, ['encrypt']); const out = []; for (const f of [() => crypto.subtle.exportKey('raw', key), () => crypto.subtle.decrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, key, new Uint8Array(32)), () => crypto.subtle.digest('MD5', new Uint8Array(1)), () => crypto.subtle.importKey('raw', new Uint8Array(5), 'AES-GCM', true, ['encrypt']), () => crypto.subtle.sign('HMAC', {}, new Uint8Array(1)), () => crypto.subtle.digest('SHA-1', 'text')]) out.push(await f().then(() => 'done', (e) => e.name)); return out",
  'dates, numbers and texts of many languages':
    "return [new Intl.NumberFormat('de-DE').format(1234567.5), new Date(0).toISOString(), 'İ'.toLowerCase().length, 'ä'.localeCompare('z', 'sv'), new Intl.DateTimeFormat('en', { timeZone: 'Asia/Tokyo', hour: 'numeric' }).format(0), [...new Intl.Segmenter('en', { granularity: 'word' }).segment('a b')].length]",
  'the newest of the language':
    "using x = { [Symbol.dispose]() {} }; const { promise, resolve } = Promise.withResolvers(); resolve(1); return [await promise, Object.groupBy([1, 2, 3], (n) => n % 2 ? 'odd' : 'even'), [3, 1].toSorted(), new Set([1]).union(new Set([2])).size, await Array.fromAsync([Promise.resolve(1)]), [1, 2].values().map((n) => n * 2).toArray(), RegExp.escape('a.b'), Error.isError(new Error())]",
};

const AsyncFunction = (async () => {}).constructor as new (body: string) => () => Promise<unknown>;

describe('globals as Node has them', () => {
  it.each(Object.entries(bodies))('%s', async (_, body) => {
    const inNode = JSON.parse(JSON.stringify(await new AsyncFunction(body)()));
    expect(await run(`async function main() { ${body} }`)).toMatchObject({ status: 'completed', output: inNode });
  });
});
