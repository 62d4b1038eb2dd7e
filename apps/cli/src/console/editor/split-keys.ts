/** One thing that came from the keyboard. */
export type Key =
  | { readonly kind: 'text' | 'sequence'; readonly text: string }
  | { readonly kind: 'paste'; readonly text: string };

const begin = '\u001b[200~';
const end = '\u001b[201~';
const token =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys are control characters.
  /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|O[A-Za-z]|[^\u001b[O])|[\u0000-\u001a\u001c-\u001f\u007f]|[^\u0000-\u001f\u007f]+/y;

/**
 * What a terminal sent, as keys; a bracketed paste is one, whatever it holds. `rest` has begun and has not ended: more of it
 * comes with the next bytes, or it was a key of its own.
 */
export function splitKeys(bytes: string): { keys: Key[]; rest: string } {
  const keys: Key[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes.startsWith(begin, at)) {
      const ended = bytes.indexOf(end, at);
      if (ended < 0) break;
      keys.push({ kind: 'paste', text: bytes.slice(at + begin.length, ended).replace(/\r\n?/g, '\n') });
      at = ended + end.length;
      continue;
    }
    token.lastIndex = at;
    const text = token.exec(bytes)?.[0];
    if (text === undefined) break;
    keys.push({ kind: text < ' ' || text === '\u007f' ? 'sequence' : 'text', text });
    at += text.length;
  }
  return { keys, rest: bytes.slice(at) };
}
