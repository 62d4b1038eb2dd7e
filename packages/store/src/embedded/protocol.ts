/** Bytes of PostgreSQL's wire protocol, version 3: https://www.postgresql.org/docs/current/protocol-message-formats.html */

/** A message: its type, its length with itself, its body. */
function message(type: string, body: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

const texts = (...parts: string[]): Buffer => Buffer.from(parts.map((part) => `${part}\0`).join(''));
const integers = (...values: number[]): Buffer => Buffer.from(Int32Array.from(values).buffer).swap32();

/** Requests that come in place of a startup message, by its first integer. */
export const sslRequest = 80877103;
export const gssRequest = 80877104;
export const cancelRequest = 80877102;

/** The answer to a request for encryption: none. */
export const noEncryption = Buffer.from('N');

/** Where a client stands after an answer: idle, in a transaction, in a failed one. */
export type Status = 'I' | 'T' | 'E';

export const readyForQuery = (status: Status): Buffer => message('Z', Buffer.from(status));

/** What a server says to a client that it lets in. */
export const greeting = Buffer.concat([
  message('R', integers(0)),
  message('S', texts('server_version', '18.0')),
  message('S', texts('server_encoding', 'UTF8')),
  message('S', texts('client_encoding', 'UTF8')),
  message('S', texts('standard_conforming_strings', 'on')),
  message('S', texts('integer_datetimes', 'on')),
  message('S', texts('DateStyle', 'ISO, MDY')),
  message('S', texts('TimeZone', 'UTC')),
  message('K', integers(1, 1)),
  readyForQuery('I'),
]);

export const errorResponse = (code: string, text: string): Buffer =>
  message('E', Buffer.concat([texts('SERROR', 'VERROR', `C${code}`, `M${text}`), Buffer.from([0])]));

export const parseComplete = message('1', Buffer.alloc(0));

export const copyFail = message('f', texts('the embedded database takes no COPY from its clients'));

/** Simple queries. */
export const emptyQuery = message('Q', texts(''));
export const rollback = message('Q', texts('rollback'));

/** Calls `see` with every whole message; a message is its type, length and body. */
export function eachMessage(bytes: Buffer, see: (type: string, message: Buffer) => void): void {
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 1 + bytes.readInt32BE(at + 1);
    see(String.fromCharCode(bytes[at] ?? 0), bytes.subarray(at, end));
    at = end;
  }
}
