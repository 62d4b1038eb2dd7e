import type { WireBody } from '../protocol.ts';
import type { Realm } from './realm.ts';

/** Headers, Request and Response. Bodies are whole, never streams. */
export function installBodies(realm: Realm): void {
  type Pair = [string, string];
  const { parse } = realm.json;
  const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

  const readName = (name: unknown): string => {
    const text = `${name}`.toLowerCase();
    if (!token.test(text)) throw new TypeError(`${realm.json.stringify(text)} is not a valid header name.`);
    return text;
  };
  const readValue = (name: string, value: unknown): string => {
    const text = `${value}`.replace(/^[\t ]+|[\t ]+$/g, '');
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 0 || code === 10 || code === 13 || code > 255) {
        throw new TypeError(`The value of the header "${name}" has a character that headers may not have.`);
      }
    }
    return text;
  };

  class Headers {
    #pairs: Pair[] = [];
    constructor(init?: unknown) {
      if (init === undefined || init === null) return;
      if (typeof init !== 'object') throw new TypeError('Headers are given as an object or as a list of pairs.');
      if (Symbol.iterator in init) {
        for (const pair of init as Iterable<Iterable<unknown>>) {
          const both = [...pair];
          if (both.length !== 2) throw new TypeError('Each header pair must be an iterable [name, value] tuple.');
          this.append(both[0], both[1]);
        }
      } else for (const [name, value] of Object.entries(init)) this.append(name, value);
    }
    append(name: unknown, value: unknown): void {
      const key = readName(name);
      this.#pairs.push([key, readValue(key, value)]);
    }
    delete(name: unknown): void {
      const key = readName(name);
      this.#pairs = this.#pairs.filter(([held]) => held !== key);
    }
    get(name: unknown): string | null {
      const key = readName(name);
      const values = this.#pairs.filter(([held]) => held === key).map(([, value]) => value);
      return values.length === 0 ? null : values.join(', ');
    }
    getSetCookie(): string[] {
      return this.#pairs.filter(([name]) => name === 'set-cookie').map(([, value]) => value);
    }
    has(name: unknown): boolean {
      return this.get(name) !== null;
    }
    set(name: unknown, value: unknown): void {
      this.delete(name);
      this.append(name, value);
    }
    forEach(visit: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
      for (const [name, value] of this) visit.call(self, value, name, this);
    }
    *entries(): IterableIterator<Pair> {
      const held = new Map<string, string[]>();
      for (const [name, value] of this.#pairs) {
        const values = held.get(name);
        if (values === undefined) held.set(name, [value]);
        else values.push(value);
      }
      for (const name of [...held.keys()].sort()) {
        const values = held.get(name) as string[];
        if (name === 'set-cookie') for (const value of values) yield [name, value];
        else yield [name, values.join(', ')];
      }
    }
    *keys(): IterableIterator<string> {
      for (const [name] of this) yield name;
    }
    *values(): IterableIterator<string> {
      for (const [, value] of this) yield value;
    }
    [Symbol.iterator](): IterableIterator<Pair> {
      return this.entries();
    }
  }
  realm.readHeaders = (init) => [...new Headers(init)];

  /** Reads what may be a body: its bytes or text, and the content type that goes with it. */
  const readBody = (body: unknown): { wire: WireBody | null; type: string | null } => {
    if (body === undefined || body === null) return { wire: null, type: null };
    const bytes = realm.bytesOf(body);
    if (bytes !== null) return { wire: { base64: realm.base64.encode(bytes) }, type: null };
    const form = realm.isForm(body);
    if (typeof body === 'object' && !form && Object.prototype.toString.call(body) !== '[object String]') {
      throw new TypeError('A body is a string, bytes or URLSearchParams. For JSON use JSON.stringify(value).');
    }
    const type = form ? 'application/x-www-form-urlencoded;charset=UTF-8' : 'text/plain;charset=UTF-8';
    return { wire: { text: `${body}`.toWellFormed() }, type };
  };
  realm.checkBody = (wire) => {
    const size = wire === null ? 0 : 'text' in wire ? wire.text.length : (wire.base64.length * 3) / 4;
    if (size > realm.limits.requestBytes) {
      throw realm.makeError(
        'RequestLimitError',
        `The body of a request may have ${realm.limits.requestBytes} bytes. Send it in parts.`,
      );
    }
  };

  class Body {
    readonly headers: Headers;
    #wire: WireBody | null;
    #used = false;
    constructor(headers: Headers, wire: WireBody | null) {
      this.headers = headers;
      this.#wire = wire;
    }
    get bodyUsed(): boolean {
      return this.#used;
    }
    static wire(body: Body): WireBody | null {
      if (body.#used) throw new TypeError('Body is unusable: Body has already been read');
      return body.#wire;
    }
    static take(body: Body): WireBody {
      const held = wireOf(body);
      body.#used = held !== null;
      return held ?? { text: '' };
    }
    async text(): Promise<string> {
      const held = take(this);
      const text = 'text' in held ? held.text : realm.utf8.decode(realm.base64.decode(held.base64));
      return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    }
    async json(): Promise<unknown> {
      return parse(await this.text());
    }
    async bytes(): Promise<Uint8Array> {
      const held = take(this);
      return 'text' in held ? realm.utf8.encode(held.text) : realm.base64.decode(held.base64);
    }
    async arrayBuffer(): Promise<ArrayBufferLike> {
      return (await this.bytes()).slice().buffer;
    }
  }
  const { wire: wireOf, take } = Body;
  Reflect.deleteProperty(Body, 'wire');
  Reflect.deleteProperty(Body, 'take');

  interface RequestInit {
    method?: unknown;
    headers?: unknown;
    body?: unknown;
    redirect?: unknown;
    signal?: unknown;
  }

  class Request extends Body {
    readonly url: string;
    readonly method: string;
    readonly redirect: string;
    readonly signal: unknown;
    constructor(input: unknown, init: RequestInit = {}) {
      const from = input instanceof Request ? input : null;
      const given = readBody(init.body);
      const headers = new Headers(init.headers ?? from?.headers);
      if (given.type !== null && !headers.has('content-type')) headers.set('content-type', given.type);
      const wire = given.wire ?? (from === null ? null : wireOf(from));
      super(headers, wire);
      this.url = from?.url ?? `${new (Reflect.get(globalThis, 'URL') as new (url: string) => object)(`${input}`)}`;
      this.method = init.method === undefined ? (from?.method ?? 'GET') : `${init.method}`;
      if (!token.test(this.method))
        throw new TypeError(`${realm.json.stringify(this.method)} is not a valid HTTP method.`);
      if (/^(get|head|post|put|delete|options|patch)$/i.test(this.method)) this.method = this.method.toUpperCase();
      if (wire !== null && (this.method === 'GET' || this.method === 'HEAD')) {
        throw new TypeError('Request with GET/HEAD method cannot have body.');
      }
      this.redirect = init.redirect === undefined ? (from?.redirect ?? 'follow') : `${init.redirect}`;
      if (!['follow', 'manual', 'error'].includes(this.redirect)) {
        throw new TypeError('redirect is one of follow, manual, error.');
      }
      this.signal = init.signal ?? from?.signal ?? realm.createSignal().signal;
    }
    clone(): Request {
      return new Request(this);
    }
  }

  class Response extends Body {
    readonly status: number;
    readonly statusText: string;
    readonly url: string = '';
    readonly redirected: boolean = false;
    readonly type: string = 'default';
    constructor(body?: unknown, init: { status?: number; statusText?: string; headers?: unknown } = {}) {
      const given = readBody(body);
      const headers = new Headers(init.headers);
      if (given.type !== null && !headers.has('content-type')) headers.set('content-type', given.type);
      super(headers, given.wire);
      this.status = init.status ?? 200;
      if (!Number.isInteger(this.status) || this.status < 200 || this.status > 599) {
        throw new RangeError('The status of a Response must be between 200 and 599.');
      }
      if (given.wire !== null && [204, 205, 304].includes(this.status)) {
        throw new TypeError(`A Response with the status ${this.status} has no body.`);
      }
      this.statusText = `${init.statusText ?? ''}`;
    }
    get ok(): boolean {
      return this.status >= 200 && this.status <= 299;
    }
    clone(): Response {
      const body = wireOf(this);
      const copy = new Response(
        body === null ? null : 'text' in body ? body.text : realm.base64.decode(body.base64),
        this,
      );
      for (const name of ['url', 'redirected', 'type'] as const) Reflect.set(copy, name, this[name]);
      return copy;
    }
    static json(value: unknown, init: { status?: number; statusText?: string; headers?: unknown } = {}): Response {
      const headers = new Headers(init.headers);
      if (!headers.has('content-type')) headers.set('content-type', 'application/json');
      const text = realm.json.stringify(value);
      if (text === undefined) throw new TypeError('The value cannot be written as JSON.');
      return new Response(text, { ...init, headers });
    }
    static error(): Response {
      const response = new Response();
      Reflect.set(response, 'status', 0);
      Reflect.set(response, 'type', 'error');
      return response;
    }
    static redirect(url: unknown, status = 302): Response {
      if (![301, 302, 303, 307, 308].includes(status))
        throw new RangeError('The status of a redirect is 301, 302, 303, 307 or 308.');
      return new Response(null, { status, headers: { location: `${url}` } });
    }
  }

  realm.define('Headers', Headers);
  realm.define('Request', Request);
  realm.define('Response', Response);
  realm.wireOf = (body) => wireOf(body as Body);
}
