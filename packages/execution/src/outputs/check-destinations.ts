import { type Issue, RatchetError } from '@ratchet/contract/errors';
import type { Queryable } from '@ratchet/store/database';
import { knownDestinations } from '@ratchet/store/queries/output-destinations';

/** Looks up destinations; answers a check that throws VALIDATION_FAILED naming each id that is none of them. */
export async function destinationCheck(
  db: Queryable,
  looked: readonly string[],
): Promise<(ids: readonly string[] | undefined) => void> {
  const known = new Set(looked.length === 0 ? [] : await knownDestinations(db, [...new Set(looked)]));
  return (ids = []) => {
    const issues: Issue[] = ids.flatMap((id, i) =>
      known.has(id.toLowerCase())
        ? []
        : [{ path: `outputs.${i}`, message: `There is no output destination ${JSON.stringify(id)}.` }],
    );
    if (issues.length > 0) throw new RatchetError('VALIDATION_FAILED', issues.map((i) => i.message).join(' '), issues);
  };
}

/** Throws VALIDATION_FAILED naming each id that is no output destination. */
export async function checkDestinations(db: Queryable, ids: readonly string[]): Promise<void> {
  (await destinationCheck(db, ids))(ids);
}
