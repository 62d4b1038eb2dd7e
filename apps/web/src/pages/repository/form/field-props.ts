import type { RepositoryType } from '@ratchet/contract/entities/repository';
import type { Draft, DraftErrors } from './draft.ts';

/** What every group of fields of a repository's form is given. */
export interface FieldProps {
  readonly type: RepositoryType;
  readonly draft: Draft;
  readonly errors: DraftErrors;
  readonly onChange: (change: Partial<Draft>) => void;
}
