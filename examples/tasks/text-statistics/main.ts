import { frequentWords, type WordCount, wordsOf } from './words.ts';

interface Input {
  text: string;
  wordsPerMinute?: number;
  top?: number;
}

interface Statistics {
  words: number;
  sentences: number;
  characters: number;
  readingMinutes: number;
  frequent: WordCount[];
}

/** What a text amounts to. */
export default async function main({ text, wordsPerMinute = 220, top = 5 }: Input): Promise<Statistics> {
  const words = wordsOf(text);
  const sentences = text.match(/[^.!?]+[.!?]+|[^.!?]+$/g)?.filter((sentence) => /\p{L}/u.test(sentence)) ?? [];
  return {
    words: words.length,
    sentences: sentences.length,
    characters: [...text].length,
    readingMinutes: Math.round((words.length / wordsPerMinute) * 100) / 100,
    frequent: frequentWords(words, top),
  };
}
