import type { NetworkPolicy } from '../../src/sandbox.ts';
import { gives, lasts, type Program, type Programs } from './program.ts';

/** As a server is without configuration: public addresses. */
const closed: NetworkPolicy = { allow: null, allowPrivate: [] };
/** As a server that lets tasks reach this machine, so that what else protects it can be tried. */
const open: NetworkPolicy = { allow: null, allowPrivate: ['127.0.0.0/8'] };
const opened = { network: open };

/** An address that must not be reached, in any spelling; PORT is a real server's, which must not hear of it. */
const refused = (url: string, network: NetworkPolicy = closed): Program => ({
  code: `async () => { const tried = []; try { await fetch(${JSON.stringify(url)}); tried.push('reached') } catch (e) { tried.push(e.name) } return tried.every((t) => t === 'NetworkError' || t === 'TypeError') }`,
  ends: { status: 'completed', output: true },
  changes: { network },
});
const spellings = [
  'http://127.0.0.1:PORT/',
  'http://127.0.0.1.:PORT/',
  'http://127.1:PORT/',
  'http://127.0.1:PORT/',
  'http://2130706433:PORT/',
  'http://0x7f000001:PORT/',
  'http://0x7f.0.0.1:PORT/',
  'http://0177.0.0.1:PORT/',
  'http://017700000001:PORT/',
  'http://0:PORT/',
  'http://0.0.0.0:PORT/',
  'http://①②⑦.⓪.⓪.①:PORT/',
  'http://１２７。０。０。１:PORT/',
  'http://127%2e0%2e0%2e1:PORT/',
  'http://localhost:PORT/',
  'http://LOCALHOST.:PORT/',
  'http://ｌocalhost:PORT/',
  'http://a.localhost:PORT/',
  'http://[::1]:PORT/',
  'http://[::]:PORT/',
  'http://[0:0:0:0:0:0:0:1]:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::ffff:7f00:1]:PORT/',
  'http://[::127.0.0.1]:PORT/',
  'http://[::ffff:0:127.0.0.1]:PORT/',
  'http://[64:ff9b::127.0.0.1]:PORT/',
  'http://[64:ff9b:1::127.0.0.1]:PORT/',
  'http://[64:ff9b:1:7f00:0:100:808:808]:PORT/',
  'http://[::2]:PORT/',
  'http://[1::1]:PORT/',
  'http://[4000::1]:PORT/',
  'http://[2002:7f00:1::]:PORT/',
  'http://[2001:0:7f00:1::]:PORT/',
  'http://[fe80::1]:PORT/',
  'http://[fe80::1%25lo]:PORT/',
  'http://[fec0::1]:PORT/',
  'http://[fc00::1]:PORT/',
  'http://[fd00::1]:PORT/',
  'http://[ff02::1]:PORT/',
  'http://[100::1]:PORT/',
  'http://[2001:db8::1]:PORT/',
  'http://10.1.2.3:PORT/',
  'http://172.16.0.1:PORT/',
  'http://192.168.0.1:PORT/',
  'http://100.64.0.1:PORT/',
  'http://169.254.169.254/latest/meta-data',
  'http://192.0.0.1:PORT/',
  'http://192.0.2.1:PORT/',
  'http://192.88.99.1:PORT/',
  'http://198.18.0.1:PORT/',
  'http://203.0.113.1:PORT/',
  'http://224.0.0.1:PORT/',
  'http://240.0.0.1:PORT/',
  'http://255.255.255.255:PORT/',
  'http://inside.test:PORT/',
  'http://INSIDE.TEST.:PORT/',
  'http://mixed.test:PORT/',
  'http://meta.test:PORT/',
  'http://six.test:PORT/',
  'http://mapped.test:PORT/',
  'http://nowhere.test:PORT/',
  'http://example.org@127.0.0.1:PORT/',
  'http://user:pw@inside.test:PORT/',
  'http://127.0.0.1:PORT#@example.org/',
  'http://127.0.0.1:PORT\\@example.org/',
  'http:\\\\127.0.0.1:PORT\\',
  'http:127.0.0.1:PORT/',
  '//127.0.0.1:PORT/',
  '/etc/passwd',
  'ftp://127.0.0.1/',
  'file:///etc/passwd',
  'data:text/plain,secret',
  'blob:http://127.0.0.1/1',
  'gopher://127.0.0.1:PORT/_GET%20/',
  'ws://127.0.0.1:PORT/',
  'javascript:1',
  'about:blank',
  'unix:///var/run/docker.sock',
  'http+unix://%2Fvar%2Frun%2Fdocker.sock/',
];
const spelled: Programs = Object.fromEntries(spellings.map((url) => [`the address ${url}`, refused(url)]));

/** Where a server may send a request on to. */
const targets = [
  'http://127.0.0.2:PORT/echo',
  'http://inside.test:PORT/echo',
  'http://[::1]:PORT/echo',
  '//127.0.0.2:PORT/echo',
  'http://127.0.0.2:PORT\\@x/',
  'http://169.254.169.254/',
  'file:///etc/passwd',
  'data:text/plain,secret',
  'http://user:pw@127.0.0.1:PORT/echo',
  'gopher://127.0.0.1:PORT/',
];
/** Only the one server is open; each redirect leads elsewhere on the same machine. */
const only: NetworkPolicy = { allow: null, allowPrivate: ['127.0.0.1/32'] };
const redirected: Programs = Object.fromEntries(
  targets.map((to) => [
    `a redirect to ${to}`,
    gives(
      'NetworkError',
      `async () => { try { return (await fetch('BASE/redirect?to=' + encodeURIComponent(${JSON.stringify(to)}))).url } catch (e) { return e.name } }`,
      { network: to.includes('inside') ? { allow: null, allowPrivate: ['127.0.0.1:PORT'] } : only },
    ),
  ]),
);

const asks = (output: unknown, init: string, path = '/echo', changes = opened): Program =>
  gives(
    output,
    `async () => { try { const r = await fetch('BASE${path}', ${init}); return r.status } catch (e) { return e.name } }`,
    changes,
  );

export const network: Programs = {
  ...spelled,
  ...redirected,
  'a name that changes its mind between two requests': gives(
    [200, 'NetworkError'],
    "async () => { const out = []; for (const n of [1, 2]) out.push(await fetch('http://turns.test:PORT/raw?status=200').then((r) => r.status, (e) => e.name)); return out }",
    { network: { allow: null, allowPrivate: ['127.0.0.1/32'] } },
  ),
  'a name with one good address and one bad': gives(
    'NetworkError',
    "async () => fetch('http://both.test:PORT/text').then((r) => r.status, (e) => e.name)",
    { network: { allow: null, allowPrivate: ['127.0.0.1/32'] } },
  ),
  'a host outside the list': gives(
    'NetworkError',
    "async () => fetch('BASE/text').then((r) => r.status, (e) => e.name)",
    {
      network: { allow: ['example.org'], allowPrivate: ['127.0.0.1/32'] },
    },
  ),
  'a redirect outside the list': gives(
    'NetworkError',
    "async () => fetch('BASE/redirect?to=' + encodeURIComponent('http://inside.test:PORT/text')).then((r) => r.status, (e) => e.name)",
    { network: { allow: ['127.0.0.1'], allowPrivate: ['127.0.0.0/8'] } },
  ),
  'a list that opens what the server keeps closed': gives(
    'NetworkError',
    "async () => fetch('BASE/text').then((r) => r.status, (e) => e.name)",
    { network: { allow: ['127.0.0.1', '*', '10.0.0.0/8'], allowPrivate: [] } },
  ),
  'a port that no browser talks to': gives(
    'NetworkError',
    "async () => fetch('http://127.0.0.1:25/').then((r) => r.status, (e) => e.name)",
    opened,
  ),
  'a line break in a header': asks('TypeError', "{ headers: { 'x-a': 'a\\r\\nx-b: b' } }"),
  'a line break in the name of a header': asks('TypeError', "{ headers: [['x-a\\r\\nx-b', 'b']] }"),
  'a zero in a header': asks('TypeError', "{ headers: { 'x-a': 'a\\0b' } }"),
  'a header beyond Latin-1': asks('TypeError', "{ headers: { 'x-a': '\\u560d\\u560a' } }"),
  'a line break in the address': gives(
    [200, null],
    "async () => { const r = await fetch('BASE/echo?a=1\\r\\nx-evil: 1'); return [r.status, (await r.json()).headers['x-evil'] ?? null] }",
    opened,
  ),
  'another Host': asks('NetworkError', "{ headers: { host: 'evil.test' } }"),
  'another Transfer-Encoding': asks(
    'NetworkError',
    "{ method: 'POST', body: 'x', headers: { 'transfer-encoding': 'chunked' } }",
  ),
  'another Connection': asks('NetworkError', "{ headers: { connection: 'upgrade' } }"),
  'an Upgrade': asks('NetworkError', "{ headers: { upgrade: 'h2c' } }"),
  'an Expect': asks('NetworkError', "{ method: 'POST', body: 'x', headers: { expect: '100-continue' } }"),
  'a Content-Length that lies': gives(
    'three',
    "async () => (await (await fetch('BASE/echo', { method: 'POST', body: 'three', headers: { 'content-length': '1' } })).json()).body",
    opened,
  ),
  'credentials for a proxy': asks('NetworkError', "{ headers: { 'proxy-authorization': 'Basic x' } }"),
  'the method CONNECT': asks('NetworkError', "{ method: 'CONNECT' }"),
  'the method TRACE': asks('NetworkError', "{ method: 'TRACE' }"),
  'a method with a request in it': asks('TypeError', "{ method: 'GET / HTTP/1.1\\r\\nhost: evil' }"),
  'a method that few know': asks(200, "{ method: 'PROPFIND' }"),
  'cookies that outlive a request': gives(
    null,
    "async () => { await fetch('BASE/text'); return (await (await fetch('BASE/echo')).json()).headers.cookie ?? null }",
    opened,
  ),
  'credentials after a redirect to another origin': gives(
    [null, null],
    "async () => { const r = await fetch('BASE/redirect?to=' + encodeURIComponent('http://127.0.0.2:PORT/echo'), { headers: { authorization: 'Bearer x', cookie: 'a=1' } }); const { headers } = await r.json(); return [headers.authorization ?? null, headers.cookie ?? null] }",
    opened,
  ),
  'headers named like prototypes': gives(
    [true, 'object'],
    "() => { const r = fetch('BASE/odd'); return [{}.polluted === undefined, typeof r.headers] }",
    opened,
  ),
  'a response that is split': gives(
    [200, null],
    "async () => { const r = await fetch('BASE/split'); await r.text(); return [r.status, r.headers.get('x-second')] }",
    opened,
  ),
  'a status out of range': gives(
    true,
    "async () => { try { const r = await fetch('BASE/raw?status=999'); return r.status > 599 } catch (e) { return ['RangeError', 'NetworkError'].includes(e.name) } }",
    opened,
  ),
  'an answer that is no HTTP': gives(
    'NetworkError',
    "async () => fetch('BASE/garbage').then((r) => r.status, (e) => e.name)",
    opened,
  ),
  'headers without end': gives(
    'NetworkError',
    "async () => fetch('BASE/headers').then((r) => r.status, (e) => e.name)",
    opened,
  ),
  'a body without end': gives(
    'ResponseLimitError',
    "async () => fetch('BASE/endless').then((r) => r.status, (e) => e.name)",
    opened,
  ),
  'a body that drips': lasts("async () => { await fetch('BASE/drip') }", opened),
  'an answer that never comes': lasts("() => fetch('BASE/hang')", opened),
  'a gzip bomb': gives(
    'ResponseLimitError',
    "async () => fetch('BASE/bomb').then((r) => r.status, (e) => e.name)",
    opened,
  ),
  'a gzip bomb in a gzip bomb': gives(
    'ResponseLimitError',
    "async () => fetch('BASE/bombs').then((r) => r.status, (e) => e.name)",
    opened,
  ),
  'redirects without end': gives(
    'NetworkError',
    "async () => fetch('BASE/loop').then((r) => r.status, (e) => e.name)",
    opened,
  ),
  'a body that is a stream of the guest': gives(
    'TypeError',
    "async () => { try { await fetch('BASE/echo', { method: 'POST', body: { async *[Symbol.asyncIterator]() { for (;;) yield 'x' } } }) } catch (e) { return e.name } }",
    opened,
  ),
};
