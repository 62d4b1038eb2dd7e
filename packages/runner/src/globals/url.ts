import type { Realm } from './realm.ts';

/** URL and URLSearchParams. The host parses addresses; only text crosses. */
export function installUrl(realm: Realm): void {
  const { parse, stringify } = realm.json;
  const parts = ['protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];

  const escapeForm = (text: string): string =>
    encodeURIComponent(text.toWellFormed())
      .replace(/%20/g, '+')
      .replace(/[!'()~]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

  const unescapeForm = (text: string): string => {
    const bytes: number[] = [];
    const raw = realm.utf8.encode(text.replaceAll('+', ' '));
    for (let at = 0; at < raw.length; at += 1) {
      const pair = String.fromCharCode(raw[at + 1] ?? 0, raw[at + 2] ?? 0);
      if (raw[at] === 37 && /^[0-9a-f]{2}$/i.test(pair)) {
        bytes.push(Number.parseInt(pair, 16));
        at += 2;
      } else bytes.push(raw[at] as number);
    }
    return realm.utf8.decode(Uint8Array.from(bytes));
  };

  const parseForm = (text: string): [string, string][] =>
    text
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => {
        const at = pair.indexOf('=');
        return at < 0 ? [unescapeForm(pair), ''] : [unescapeForm(pair.slice(0, at)), unescapeForm(pair.slice(at + 1))];
      });

  /** Set by URL, so that an edit of its `searchParams` shows in its `search`. */
  const owners = new WeakMap<URLSearchParams, (query: string) => void>();

  class URLSearchParams {
    #pairs: [string, string][] = [];
    constructor(init: unknown = '') {
      if (typeof init !== 'object' || init === null) this.#pairs = parseForm(`${init}`.replace(/^\?/, ''));
      else if (Symbol.iterator in init) {
        for (const pair of init as Iterable<Iterable<unknown>>) {
          const both = [...pair];
          if (both.length !== 2) throw new TypeError('Each query pair must be an iterable [name, value] tuple.');
          this.#pairs.push([`${both[0]}`, `${both[1]}`]);
        }
      } else for (const [name, value] of Object.entries(init)) this.#pairs.push([name, `${value}`]);
    }
    #changed(): void {
      owners.get(this)?.(this.toString());
    }
    /** Takes new text without telling the owner, which is where it comes from. */
    static reread(params: URLSearchParams, query: string): void {
      params.#pairs = parseForm(query.replace(/^\?/, ''));
    }
    get size(): number {
      return this.#pairs.length;
    }
    append(name: unknown, value: unknown): void {
      this.#pairs.push([`${name}`, `${value}`]);
      this.#changed();
    }
    delete(name: unknown, value?: unknown): void {
      this.#pairs = this.#pairs.filter(
        ([key, held]) => key !== `${name}` || (value !== undefined && held !== `${value}`),
      );
      this.#changed();
    }
    get(name: unknown): string | null {
      return this.#pairs.find(([key]) => key === `${name}`)?.[1] ?? null;
    }
    getAll(name: unknown): string[] {
      return this.#pairs.filter(([key]) => key === `${name}`).map(([, value]) => value);
    }
    has(name: unknown, value?: unknown): boolean {
      return this.#pairs.some(([key, held]) => key === `${name}` && (value === undefined || held === `${value}`));
    }
    set(name: unknown, value: unknown): void {
      const at = this.#pairs.findIndex(([key]) => key === `${name}`);
      if (at < 0) this.#pairs.push([`${name}`, `${value}`]);
      else {
        this.#pairs[at] = [`${name}`, `${value}`];
        this.#pairs = this.#pairs.filter(([key], place) => key !== `${name}` || place === at);
      }
      this.#changed();
    }
    sort(): void {
      this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      this.#changed();
    }
    forEach(visit: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void {
      for (const [name, value] of this.#pairs) visit.call(self, value, name, this);
    }
    *entries(): IterableIterator<[string, string]> {
      for (const [name, value] of this.#pairs) yield [name, value];
    }
    *keys(): IterableIterator<string> {
      for (const [name] of this.#pairs) yield name;
    }
    *values(): IterableIterator<string> {
      for (const [, value] of this.#pairs) yield value;
    }
    [Symbol.iterator](): IterableIterator<[string, string]> {
      return this.entries();
    }
    toString(): string {
      return this.#pairs.map(([name, value]) => `${escapeForm(name)}=${escapeForm(value)}`).join('&');
    }
  }
  const { reread } = URLSearchParams;
  Reflect.deleteProperty(URLSearchParams, 'reread');

  class URL {
    #parts: Record<string, string>;
    #params: URLSearchParams | null = null;
    constructor(address: unknown, base?: unknown) {
      const question = base === undefined ? { url: `${address}` } : { url: `${address}`, base: `${base}` };
      const answer = realm.host('url', stringify(question) as string);
      if (answer === '')
        throw Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: `${address}` });
      this.#parts = parse(answer) as Record<string, string>;
    }
    static canParse(address: unknown, base?: unknown): boolean {
      return URL.parse(address, base) !== null;
    }
    static parse(address: unknown, base?: unknown): URL | null {
      try {
        return new URL(address, base);
      } catch {
        return null;
      }
    }
    static get(url: URL, part: string): string {
      return url.#parts[part] as string;
    }
    static set(url: URL, part: string, value: unknown): void {
      const answer = realm.host('url', stringify({ url: url.#parts.href, part, value: `${value}` }) as string);
      if (answer === '') throw new TypeError('Invalid URL');
      url.#parts = parse(answer) as Record<string, string>;
      if (url.#params !== null && part !== 'hash') reread(url.#params, url.#parts.search ?? '');
    }
    get origin(): string {
      return this.#parts.origin as string;
    }
    get searchParams(): URLSearchParams {
      if (this.#params === null) {
        const params = new URLSearchParams(this.#parts.search);
        owners.set(params, (query) => {
          this.#params = null;
          set(this, 'search', query);
          this.#params = params;
        });
        this.#params = params;
      }
      return this.#params;
    }
    toString(): string {
      return this.#parts.href as string;
    }
    toJSON(): string {
      return this.#parts.href as string;
    }
  }
  const { get, set } = URL;
  Reflect.deleteProperty(URL, 'get');
  Reflect.deleteProperty(URL, 'set');
  for (const part of ['href', ...parts]) {
    Object.defineProperty(URL.prototype, part, {
      configurable: true,
      enumerable: true,
      get(this: URL) {
        return get(this, part);
      },
      set(this: URL, value: unknown) {
        set(this, part, value);
      },
    });
  }
  realm.isForm = (value) => value instanceof URLSearchParams;
  realm.define('URL', URL);
  realm.define('URLSearchParams', URLSearchParams);
}
