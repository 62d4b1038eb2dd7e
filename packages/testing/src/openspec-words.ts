/** Draws that are the same for the same seed: mulberry32. */
export interface Draw {
  /** A whole number in [0, below). */
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
  chance(of: number): boolean;
}

export function drawing(seed: number): Draw {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    pick: (from) => {
      const one = from[below(from.length)];
      if (one === undefined) throw new Error('There is nothing to pick from.');
      return one;
    },
    chance: (of) => next() < of,
  };
}

export const verbs = ['add', 'update', 'remove', 'refactor', 'support', 'fix', 'improve', 'split'] as const;

/** What changes are about, and what such a thing does. */
export const subjects = [
  ['two-factor-auth', 'Two-factor authentication', 'ask for a second factor'],
  ['invoice-export', 'Invoice export', 'write every invoice to a file'],
  ['rate-limits', 'Rate limits', 'answer 429 when a key asks too often'],
  ['order-search', 'Order search', 'find orders by the name of the customer'],
  ['webhook-retries', 'Webhook retries', 'deliver an event again after a failure'],
  ['audit-log', 'Audit log', 'record who changed what'],
  ['price-rounding', 'Price rounding', 'round half up to the cent'],
  ['session-expiry', 'Session expiry', 'end a session that nobody used for an hour'],
  ['dark-mode', 'Dark mode', 'follow the colours of the system'],
  ['csv-import', 'CSV import', 'read rows with quoted line breaks'],
  ['mail-templates', 'Mail templates', 'send a mail in the language of its reader'],
  ['stock-warnings', 'Stock warnings', 'warn when fewer than ten are left'],
  ['größen-tabelle', 'Größentabelle', 'zeigt die Größe in cm'],
  ['refunds', 'Refunds', 'pay back a part of an order'],
  ['feature-flags', 'Feature flags', 'hide what is not ready'],
  ['api-keys', 'API keys', 'let a key expire on a day'],
  ['image-resize', 'Image resizing', 'store a picture in four sizes'],
  ['checkout-errors', 'Checkout errors', 'say which field is wrong'],
] as const;

export const sentences = [
  'Support asks for this every week, and every case costs us about twenty minutes of work by hand.',
  'Today nothing of the kind exists: people keep spreadsheets beside the shop, and they drift apart.',
  'The code grew in three places, and each of them rounds in another way.',
  'Since the move to the new gateway about 3 % of the calls fail at night – nobody notices before morning.',
  'See [the report](https://example.com/reports/2025-09) and `docs/decisions/0007.md`.',
  'Customers in the EU need it before the end of the quarter; “later” is no option.',
  'We looked at a library for it, but it pulls in 40 MB and has had no release for two years.',
  'テストユーザーから同じ要望が来ています。',
] as const;

export const chores = [
  'Create the table and its migration',
  'Write the service with its unit tests',
  'Wire it into `POST /orders`',
  'Handle an empty answer of the gateway',
  'Add the form, with errors beside the fields',
  'Show progress while it runs',
  'Document it in `docs/api.md` (see [guide](./guide.md))',
  'Run `npm test -- --grep "orders"` and see it pass',
  'Translate the texts – de, fr, 日本語',
  'Measure it with 10,000 rows; p95 below 200 ms',
  'Remove the old flag once it has been on for a week',
  'Ask **security** to look at it',
] as const;

export const decisions = [
  ['Store it in PostgreSQL', 'It is there already, and one backup covers both.'],
  ['Sign with HMAC-SHA256', 'Every client of ours can verify it. Considered: Ed25519, which two of them lack.'],
  ['Keep the old endpoint for a release', 'Two partners call it; they were told.'],
  ['One queue for each tenant', 'A large tenant must not starve the others.'],
] as const;
