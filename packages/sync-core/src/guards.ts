/** What a plan would do to one side, in numbers of documents. */
export interface Deletions {
  /** Documents both sides agreed on. */
  readonly documents: number;
  readonly deletions: number;
  /** Documents that the side which causes the deletions still has. */
  readonly left: number;
}

/** Why a plan must not be carried out without someone's word. */
export interface Guard {
  readonly name: 'side_emptied' | 'mass_deletion';
  readonly message: string;
}

/** Documents from which on a share of them is a mass. */
const massOf = 10;

/** One side is suddenly empty: more likely a fault than a wish. */
export function sideEmptied({ documents, deletions, left }: Deletions): Guard | null {
  if (documents === 0 || deletions === 0 || left > 0) return null;
  return {
    name: 'side_emptied',
    message: `One side has nothing any more, and all ${deletions} documents of the other would be deleted.`,
  };
}

/** More than half of at least ten documents would go. */
export function massDeletion({ documents, deletions }: Deletions): Guard | null {
  if (documents < massOf || deletions * 2 <= documents) return null;
  return { name: 'mass_deletion', message: `${deletions} of ${documents} documents would be deleted.` };
}

/** The first guard that a plan trips. */
export const guard = (deletions: Deletions): Guard | null => sideEmptied(deletions) ?? massDeletion(deletions);
