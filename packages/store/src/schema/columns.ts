import { customType, pgSchema, timestamp } from 'drizzle-orm/pg-core';

/** Everything of ours lives in this PostgreSQL schema; graphile-worker keeps its own. */
export const ratchet = pgSchema('ratchet');

export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });

/** An instant; always a Date here, always UTC there. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 });

/**
 * Any JSON value as it was written: `json` keeps the order of members, which `jsonb` does not. Not Drizzle's own `json`,
 * which parses a string once more: the text "5" would come back as the number.
 */
const anyJson = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => 'json',
  toDriver: (given) => JSON.stringify(given),
  fromDriver: (read) => read,
});
export const value = (name: string) => anyJson(name);

/** A tree as it is stored: path → [SHA-256 digest in hexadecimal, git file mode]. */
export type StoredTree = Record<string, [digest: string, mode: string]>;

export interface StoredProblem {
  path: string;
  code: string;
  message: string;
  line?: number;
  severity: 'error' | 'warning';
}
