import type { Kind } from '@ratchet/sync/kind';
import type { OpenSpecFields } from '@ratchet/sync/kinds/openspec/fields';
import type { RepositoriesContext } from '../context.ts';

/** What everything about projects and their changes works with. */
export interface SpecsContext extends RepositoriesContext {
  readonly specKind: Kind<OpenSpecFields>;
}
