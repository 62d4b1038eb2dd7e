import { sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';

/** What the audit has of the last 15 minutes. */
export interface SecurityFigures {
  readonly failed_sign_ins: number;
  /** Calls of those who had signed in, which went beyond their rights. */
  readonly refused_calls: number;
}

export async function securityFigures(db: Queryable): Promise<SecurityFigures> {
  const { rows } = await db.execute(sql`
    select coalesce(sum(repeats) filter (where operation = 'auth.login'), 0)::int as failed_sign_ins,
           coalesce(sum(repeats) filter (where operation <> 'auth.login' and actor_kind in ('user', 'api_key')
                                           and error_code in ('PERMISSION_DENIED', 'NOT_FOUND')), 0)::int as refused_calls
    from ratchet.audit_events where at > now() - interval '15 minutes' and outcome = 'refused'`);
  return rows[0] as unknown as SecurityFigures;
}
