import type { Realm } from './realm.ts';

/** TextEncoder, TextDecoder, atob and btoa. */
export function installText(realm: Realm): void {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const places = new Map(Array.from(alphabet, (letter, place) => [letter.charCodeAt(0), place]));
  const { fromCharCode } = String;

  /** Joins character codes in slices, since an argument list has a bounded length. */
  const textOf = (codes: ArrayLike<number>, count: number): string => {
    let text = '';
    for (let at = 0; at < count; at += 8192) {
      text += fromCharCode.apply(null, Array.prototype.slice.call(codes, at, Math.min(at + 8192, count)) as number[]);
    }
    return text;
  };

  realm.bytesOf = (value) => {
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
    if (value instanceof ArrayBuffer) return new Uint8Array(value).slice();
    return null;
  };

  const encode = (text: string): Uint8Array => {
    const bytes = new Uint8Array(text.length * 3);
    let size = 0;
    for (let at = 0; at < text.length; at += 1) {
      let point = text.charCodeAt(at);
      if (point >= 0xd800 && point <= 0xdfff) {
        const low = text.charCodeAt(at + 1);
        if (point < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) {
          point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
          at += 1;
        } else point = 0xfffd;
      }
      if (point < 0x80) bytes[size++] = point;
      else if (point < 0x800) {
        bytes[size++] = 0xc0 | (point >> 6);
        bytes[size++] = 0x80 | (point & 63);
      } else if (point < 0x10000) {
        bytes[size++] = 0xe0 | (point >> 12);
        bytes[size++] = 0x80 | ((point >> 6) & 63);
        bytes[size++] = 0x80 | (point & 63);
      } else {
        bytes[size++] = 0xf0 | (point >> 18);
        bytes[size++] = 0x80 | ((point >> 12) & 63);
        bytes[size++] = 0x80 | ((point >> 6) & 63);
        bytes[size++] = 0x80 | (point & 63);
      }
    }
    return bytes.slice(0, size);
  };

  /** Decodes UTF-8. With `more`, an unfinished character at the end is left in `rest`. */
  const decodeUtf8 = (bytes: Uint8Array, fatal: boolean, more: boolean): { text: string; rest: Uint8Array } => {
    let text = '';
    let codes: number[] = [];
    let at = 0;
    const bad = (): void => {
      if (fatal) throw new TypeError('The encoded data was not valid for encoding utf-8');
      codes.push(0xfffd);
    };
    while (at < bytes.length) {
      const first = bytes[at] as number;
      if (first < 0x80) {
        codes.push(first);
        at += 1;
      } else {
        const size =
          first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
        let point = size === 2 ? first & 31 : size === 3 ? first & 15 : first & 7;
        let taken = 1;
        while (taken < size && at + taken < bytes.length) {
          const next = bytes[at + taken] as number;
          // The second byte rules out overlong forms, surrogates and points above U+10FFFF.
          const low = taken === 1 && first === 0xe0 ? 0xa0 : taken === 1 && first === 0xf0 ? 0x90 : 0x80;
          const high = taken === 1 && first === 0xed ? 0x9f : taken === 1 && first === 0xf4 ? 0x8f : 0xbf;
          if (next < low || next > high) break;
          point = (point << 6) | (next & 63);
          taken += 1;
        }
        if (size !== 0 && taken === size) {
          if (point < 0x10000) codes.push(point);
          else codes.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 1023));
        } else if (more && size !== 0 && at + taken === bytes.length) break;
        else bad();
        at += taken;
      }
      if (codes.length > 8192) {
        text += fromCharCode.apply(null, codes);
        codes = [];
      }
    }
    return { text: text + fromCharCode.apply(null, codes), rest: bytes.slice(at) };
  };
  realm.utf8 = { encode, decode: (bytes) => decodeUtf8(bytes, false, false).text };

  realm.base64 = {
    encode(bytes) {
      let text = '';
      for (let at = 0; at < bytes.length; at += 3) {
        const [a = 0, b, c] = [bytes[at], bytes[at + 1], bytes[at + 2]];
        text += alphabet.charAt(a >> 2) + alphabet.charAt(((a & 3) << 4) | ((b ?? 0) >> 4));
        text += b === undefined ? '==' : alphabet.charAt(((b & 15) << 2) | ((c ?? 0) >> 6));
        if (b !== undefined) text += c === undefined ? '=' : alphabet.charAt(c & 63);
      }
      return text;
    },
    decode(text) {
      const clean = text.replace(/[\t\n\f\r ]/g, '');
      const body = clean.length % 4 === 0 ? clean.replace(/={1,2}$/, '') : clean;
      const bytes = new Uint8Array(Math.floor((body.length * 3) / 4));
      let size = 0;
      let bits = 0;
      let held = 0;
      for (let at = 0; at < body.length; at += 1) {
        const place = places.get(body.charCodeAt(at));
        if (place === undefined) throw realm.makeError('InvalidCharacterError', 'The string is not correctly encoded.');
        held = ((held << 6) | place) & 0xffff;
        bits += 6;
        if (bits >= 8) {
          bits -= 8;
          bytes[size++] = (held >> bits) & 255;
        }
      }
      if (body.length % 4 === 1) throw realm.makeError('InvalidCharacterError', 'The string is not correctly encoded.');
      return bytes;
    },
  };

  class TextEncoder {
    readonly encoding = 'utf-8';
    encode(text: unknown = ''): Uint8Array {
      return encode(`${text}`);
    }
    encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
      let read = 0;
      let written = 0;
      for (const letter of `${text}`) {
        const bytes = encode(letter);
        if (written + bytes.length > target.length) break;
        target.set(bytes, written);
        written += bytes.length;
        read += letter.length;
      }
      return { read, written };
    }
  }

  /** What windows-1252 has where Latin-1 has control characters, from 0x80 on. */
  const western =
    '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';
  const decodeWestern = (bytes: Uint8Array): string =>
    textOf(bytes, bytes.length).replace(/[\x80-\x9f]/g, (letter) => western.charAt(letter.charCodeAt(0) - 0x80));

  const labels: Record<string, string> = {
    'utf-8': 'utf-8',
    utf8: 'utf-8',
    'unicode-1-1-utf-8': 'utf-8',
    'utf-16le': 'utf-16le',
    'utf-16': 'utf-16le',
    'utf-16be': 'utf-16be',
    // The Encoding standard reads all of these as what they are in practice.
    latin1: 'windows-1252',
    l1: 'windows-1252',
    'iso-8859-1': 'windows-1252',
    'windows-1252': 'windows-1252',
    cp1252: 'windows-1252',
    ascii: 'windows-1252',
    'us-ascii': 'windows-1252',
  };

  class TextDecoder {
    readonly encoding: string;
    readonly fatal: boolean;
    readonly ignoreBOM: boolean;
    #rest: Uint8Array = new Uint8Array(0);
    #started = false;
    constructor(label: unknown = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
      const name = `${label}`.trim().toLowerCase();
      const encoding = Object.hasOwn(labels, name) ? labels[name] : undefined;
      if (encoding === undefined) {
        throw new RangeError(`The encoding "${name}" is not supported; use utf-8, utf-16le, utf-16be or windows-1252.`);
      }
      this.encoding = encoding;
      this.fatal = options.fatal === true;
      this.ignoreBOM = options.ignoreBOM === true;
    }
    decode(input?: unknown, options: { stream?: boolean } = {}): string {
      const fresh = input === undefined ? new Uint8Array(0) : realm.bytesOf(input);
      if (fresh === null) throw new TypeError('TextDecoder.decode takes an ArrayBuffer or a view of one.');
      const bytes = new Uint8Array(this.#rest.length + fresh.length);
      bytes.set(this.#rest);
      bytes.set(fresh, this.#rest.length);
      const more = options.stream === true;
      let text: string;
      if (this.encoding === 'utf-8') {
        const decoded = decodeUtf8(bytes, this.fatal, more);
        text = decoded.text;
        this.#rest = decoded.rest;
      } else if (this.encoding !== 'windows-1252') {
        const low = this.encoding === 'utf-16le' ? 0 : 1;
        const count = bytes.length >> 1;
        const odd = bytes.length % 2 === 1;
        text = textOf(
          Array.from({ length: count }, (_, at) => (bytes[at * 2 + low] ?? 0) | ((bytes[at * 2 + 1 - low] ?? 0) << 8)),
          count,
        );
        this.#rest = more && odd ? bytes.slice(-1) : new Uint8Array(0);
        const last = text.charCodeAt(count - 1);
        // Half of a pair at the end may be made whole by what comes.
        if (more && last >= 0xd800 && last < 0xdc00) {
          text = text.slice(0, -1);
          this.#rest = bytes.slice((count - 1) * 2);
        }
        if (odd && !more) text += '\ufffd';
        if (this.fatal && (!text.isWellFormed() || (odd && !more)))
          throw new TypeError(`The encoded data was not valid for encoding ${this.encoding}`);
        text = text.toWellFormed();
      } else text = decodeWestern(bytes);
      if (!this.#started && text !== '') {
        this.#started = true;
        if (!this.ignoreBOM && this.encoding !== 'windows-1252' && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
      }
      if (!more) {
        this.#rest = new Uint8Array(0);
        this.#started = false;
      }
      return text;
    }
  }

  realm.define('TextEncoder', TextEncoder);
  realm.define('TextDecoder', TextDecoder);
  realm.define('atob', (text: unknown) => {
    const bytes = realm.base64.decode(`${text}`);
    return textOf(bytes, bytes.length);
  });
  realm.define('btoa', (text: unknown) => {
    const plain = `${text}`;
    const bytes = new Uint8Array(plain.length);
    for (let at = 0; at < plain.length; at += 1) {
      const code = plain.charCodeAt(at);
      if (code > 255) throw realm.makeError('InvalidCharacterError', 'The string has characters outside Latin1.');
      bytes[at] = code;
    }
    return realm.base64.encode(bytes);
  });
}
