import { RatchetError } from '@ratchet/contract/errors';

type Compare = (a: string, b: string) => boolean;

const number = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));
/** By number where both are numbers, else by text. */
const order = (a: string, b: string): number => {
  const [x, y] = [number(a), number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return Math.sign(x - y);
  return a < b ? -1 : a > b ? 1 : 0;
};
const pattern = (text: string): RegExp => {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new RatchetError('VALIDATION_FAILED', `${text} is no pattern: ${(error as Error).message}.`);
  }
};

const comparisons: Readonly<Record<string, Compare>> = {
  '==': (a, b) => order(a, b) === 0,
  '!=': (a, b) => order(a, b) !== 0,
  '<': (a, b) => order(a, b) < 0,
  '<=': (a, b) => order(a, b) <= 0,
  '>': (a, b) => order(a, b) > 0,
  '>=': (a, b) => order(a, b) >= 0,
  contains: (a, b) => a.includes(b),
  matches: (a, b) => pattern(b).test(a),
};

/** What is not as an assertion says; null: it holds. Throws VALIDATION_FAILED for what is no assertion. */
export function judge(args: readonly string[]): string | null {
  const [a = '', operator = '', b = ''] = args;
  if (args.length === 1 || args.length === 0)
    return ['', '0', 'false', 'null'].includes(a) ? `It does not hold: ${JSON.stringify(a)}.` : null;
  const compare = Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined;
  if (!compare || args.length !== 3)
    throw new RatchetError(
      'VALIDATION_FAILED',
      `An assertion is VALUE, or A and B with one of ${Object.keys(comparisons).join(' ')} between them. Values with blanks stand in quotes.`,
    );
  return compare(a, b) ? null : `It does not hold: ${JSON.stringify(a)} ${operator} ${JSON.stringify(b)}.`;
}
