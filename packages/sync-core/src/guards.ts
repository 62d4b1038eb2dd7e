/** A guard that tripped: nothing may be written before somebody lets the plan through. */
export interface Guard {
  readonly name: 'side_emptied' | 'mass_deletion';
  readonly message: string;
}

/** What a plan is about to delete on one side, in documents. */
export interface Deletions {
  /** Documents that both sides held when they last agreed. */
  readonly documents: number;
  /** Documents that the plan deletes on this side. */
  readonly deletions: number;
  /** Documents that the other side, which asks for these deletions, still holds. */
  readonly left: number;
}

/** Up to here a plan that deletes most documents is everyday work. */
const fewDocuments = 10;

/**
 * The other side holds nothing any more: likelier a lost mount, a wrong branch or a wiped folder than somebody's wish. One
 * single deletion is no accident of that kind.
 */
export function sideEmptied({ deletions, left }: Deletions): Guard | null {
  if (left > 0 || deletions < 2) return null;
  const message = `One side holds no documents any more, so all ${deletions} would be deleted on the other. Check that it is what it should be, or let this plan through.`;
  return { name: 'side_emptied', message };
}

/** More than half of at least ten documents. */
export function massDeletion({ documents, deletions }: Deletions): Guard | null {
  if (documents < fewDocuments || deletions * 2 <= documents) return null;
  const message = `${deletions} of ${documents} documents would be deleted. Check that this is meant, or let this plan through.`;
  return { name: 'mass_deletion', message };
}

/** The first guard that trips for the deletions on one side; null: they may be written. */
export const guard = (deletions: Deletions): Guard | null => sideEmptied(deletions) ?? massDeletion(deletions);
