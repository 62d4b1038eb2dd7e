import { ne, or, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';

/** What seals now. Left out, the cipher is not looked at. */
export interface SealedBy {
  readonly sealingKey: string;
  /** The number that stands first in what it seals. */
  readonly sealingCipher?: number;
}

/** Whether another key sealed a secret, or another cipher. */
export const sealedOtherwise = (
  { sealingKey, sealingCipher }: SealedBy,
  key: AnyPgColumn,
  sealed: AnyPgColumn,
): SQL | undefined =>
  or(
    ne(key, sealingKey),
    sealingCipher === undefined ? undefined : sql`length(${sealed}) > 0 and get_byte(${sealed}, 0) <> ${sealingCipher}`,
  );
