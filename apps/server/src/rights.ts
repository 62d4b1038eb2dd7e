import { audit as makeAudit } from '@ratchet/access/audit';
import { auditTrail } from '@ratchet/access/audit-trail';
import { type ChangeAccess, grants as makeGrants } from '@ratchet/access/grants';
import { guard as makeGuard } from '@ratchet/access/guard';
import { type LimitSettings, limits as makeLimits } from '@ratchet/access/limits';
import type { Database } from '@ratchet/store/database';
import { standingsOf } from '@ratchet/store/queries/places';
import { rowDigests } from '@ratchet/store/queries/row-digests';

export interface RightsParts {
  readonly database: Database;
  /** Changes what somebody may do and tells every node. */
  readonly changeAccess: ChangeAccess;
  /** Null: calls are not counted. */
  readonly limits: LimitSettings | null;
  readonly warn: (message: string, error: unknown) => void;
}

/** What callers may do, and the record of it, as a server has them. */
export function serverRights({ database, changeAccess, limits: settings, warn }: RightsParts) {
  const trail = auditTrail(database, warn);
  const limits = settings && makeLimits(settings, warn);
  return {
    guard: makeGuard({
      standingsOf: (kind, ids) => standingsOf(database.db, kind, ids),
      audit: { trail, digestsOf: (kind, ids) => rowDigests(database.db, kind, ids), warn },
      limits,
    }),
    audit: makeAudit(database),
    grants: makeGrants(database, changeAccess),
    async close(): Promise<void> {
      await limits?.close();
      await trail.close();
    },
  };
}
