/** The command that is being typed at the end of a line. */
export interface OpenWords {
  /** Unquoted; the last one is that which is typed now, and may be empty. Variables stand as they were typed. */
  readonly words: readonly string[];
  /** The last word as it stands in the line, with its quotes. */
  readonly raw: string;
  /** The quote that is still open in it. */
  readonly quote: '' | "'" | '"';
}

/** Takes a line apart that may be unfinished: never fails. */
export function openWords(line: string): OpenWords {
  let words: string[] = [];
  let [word, raw, quote]: [string, string, OpenWords['quote']] = ['', '', ''];
  const next = () => {
    if (raw !== '') words.push(word);
    [word, raw] = ['', ''];
  };
  for (let at = 0; at < line.length; at++) {
    const one = line[at] as string;
    if (quote === '' && (one === ' ' || one === '\t')) {
      next();
      continue;
    }
    if (quote === '' && (one === ';' || one === '\n')) {
      next();
      words = [];
      continue;
    }
    raw += one;
    if (quote === '' && (one === "'" || one === '"')) quote = one;
    else if (one === quote) quote = '';
    else if (one === '\\' && quote !== "'" && at + 1 < line.length) {
      const escaped = line[++at] as string;
      raw += escaped;
      word += quote === '"' && !'$"\\'.includes(escaped) ? `\\${escaped}` : escaped;
    } else word += one;
  }
  return { words: [...words, word], raw, quote };
}
