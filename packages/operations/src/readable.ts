import { mayAt, placesOf, type Rights } from '@ratchet/contract/access';

/** Where a task stands. */
type At = { readonly repositoryId: string | null; readonly name: string | null };

/** Whether what belongs to a task there may be read; null: it belongs to none that is known. */
export function readable(rights: Rights): (at: At | null) => boolean {
  if (placesOf(rights, 'read') === null) return () => true;
  return (at) => at !== null && mayAt(rights, 'read', at);
}
