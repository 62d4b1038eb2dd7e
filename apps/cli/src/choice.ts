import { nearestName } from '@ratchet/contract/nearest-name';
import { Argument, InvalidArgumentError, Option } from 'commander';

type Words = readonly string[];

/** An option whose value is one of a few words. Another is refused, with the one that was most likely meant. */
export function choice(flags: string, description: string, words: Words): Option {
  const option = new Option(flags, description).choices(words);
  option.argParser((given: string, before: unknown) => {
    refuseOther(given, words);
    if (!option.variadic) return given;
    return Array.isArray(before) && before !== option.defaultValue ? [...before, given] : [given];
  });
  return option;
}

/** An argument of the same kind. */
export function choiceArgument(name: string, description: string, words: Words): Argument {
  const argument = new Argument(name, description).choices(words);
  return argument.argParser((given: string) => {
    refuseOther(given, words);
    return given;
  });
}

function refuseOther(given: string, words: Words): void {
  if (words.includes(given)) return;
  const meant = nearestName(given, words);
  throw new InvalidArgumentError(`Give ${inWords(words)}.${meant === null ? '' : `\n(Did you mean ${meant}?)`}`);
}

/** `a, b or c` */
const inWords = (words: Words): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
