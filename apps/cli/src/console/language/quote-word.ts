/** Text as one word of a command, so that reading it gives the text again. */
export const quoteWord = (text: string): string => (plain.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const plain = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** The same text for words that stand side by side: quoted where one of them must be, in the quotes that are open already. */
export function quoteAlike(texts: readonly string[], quote: '' | "'" | '"'): string[] {
  if (quote === '"') return texts.map((text) => `"${text.replace(/[$"\\]/g, '\\$&')}"`);
  if (quote === '' && texts.every((text) => plain.test(text))) return [...texts];
  return texts.map((text) => `'${text.replaceAll("'", "'\\''")}'`);
}
