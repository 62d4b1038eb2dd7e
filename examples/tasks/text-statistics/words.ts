export interface WordCount {
  word: string;
  count: number;
}

/** Words of any script, in lower case. */
export const wordsOf = (text: string): string[] => text.toLowerCase().match(/\p{L}[\p{L}\p{N}'’-]*/gu) ?? [];

/** The words that occur most, the more frequent first and equals by the alphabet. */
export function frequentWords(words: readonly string[], top: number): WordCount[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .map(([word, count]): WordCount => ({ word, count }))
    .sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1))
    .slice(0, top);
}
