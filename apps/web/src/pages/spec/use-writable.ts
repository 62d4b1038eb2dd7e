import type { Spec } from '@ratchet/contract/entities/spec';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { useMay } from '../../api/use-identity.ts';

/** Why a change cannot be edited here; null: it can. */
export function useWritable({ projectId, archived }: Pick<Spec, 'projectId' | 'archived'>): {
  readonly reason: string | null;
} {
  const may = useMay();
  const project = useQuery(read('projects', 'get', { id: projectId }));
  if (archived) return { reason: 'It is archived: what is in the archive is only read.' };
  if (!may('edit')) return { reason: 'You may not edit changes. Whoever manages grants can change that.' };
  if (project.data?.isWritable === false)
    return { reason: 'Its project is only read here. Its settings can change that.' };
  return { reason: null };
}
