import * as z from 'zod';

/**
 * What a name may not hold: control characters, line and paragraph separators, and characters that show nothing or turn the
 * direction of text, by which one name can be made to look like another. Joiners (U+200C, U+200D) are let in between
 * characters that are not ASCII, where scripts and emoji need them.
 */
const unshown = /[\p{Cc}\p{Zl}\p{Zp}\p{Co}\p{Cs}\u115f\u1160\u3164\uffa0\u2800]|(?![\u200c\u200d])\p{Cf}/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
const strayJoiner = /(?:^|[\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?:$|[\x00-\x7f])/u;

/** Text that people tell things apart by: trimmed, in one Unicode form (NFC), and of characters that can be seen. */
export const nameOf = (longest: number) =>
  z
    .string()
    .trim()
    .normalize('NFC')
    .min(1)
    .max(longest)
    .refine((name) => !unshown.test(name) && !strayJoiner.test(name), {
      error: 'may not hold control characters, or characters that cannot be seen or that turn the direction of text',
    });

export const Name = nameOf(200);
