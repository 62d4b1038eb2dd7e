/** Where a search through lines stands; null at `found`: no line has the text. */
export interface Search {
  readonly text: string;
  readonly found: { readonly at: number; readonly line: string } | null;
}

/** The newest line with a text, from `from` (a place in `lines`) on to older ones. Capitals count only where they are typed. */
export function search(lines: readonly string[], text: string, from = lines.length - 1): Search {
  const exact = /\p{Lu}/u.test(text);
  const has = (line: string) => (exact ? line.includes(text) : line.toLowerCase().includes(text));
  for (let at = Math.min(from, lines.length - 1); at >= 0 && text !== ''; at--)
    if (has(lines[at] as string)) return { text, found: { at, line: lines[at] as string } };
  return { text, found: null };
}
