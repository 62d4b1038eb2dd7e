import type { Spec } from '@ratchet/contract/entities/spec';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { useMay } from '../../api/use-identity.ts';

interface Writable {
  /** Why a change cannot be edited here; null: it can. */
  readonly reason: string | null;
  /** What becomes of edits, where that is not what people expect. */
  readonly note: string | null;
}

/** Whether a change can be edited here. */
export function useWritable({ projectId, archived }: Pick<Spec, 'projectId' | 'archived'>): Writable {
  const may = useMay();
  const project = useQuery(read('projects', 'get', { id: projectId }));
  if (archived) return { reason: 'It is archived: what is in the archive is only read.', note: null };
  if (!may('edit')) return { reason: 'You may not edit changes. Whoever manages grants can change that.', note: null };
  const kept = project.data?.isWritable === false;
  return { reason: null, note: kept ? 'Edits stay here: its project does not write to its files.' : null };
}
