import type { Permission } from '@ratchet/contract/operation';
import { useQuery } from '@tanstack/react-query';
import { read } from './queries.ts';

export const identityQuery = read('auth', 'me', {});

/** Who is signed in; undefined until it is known. */
export const useIdentity = () => useQuery(identityQuery).data;

/** Whether whoever is signed in sees every repository, and so what stands in none; until it is known, yes. */
export const useEverywhere = (): boolean => useIdentity()?.everywhere ?? true;

/** Whether whoever is signed in may do such things anywhere; the server judges each one anew. */
export function useMay(): (permission: Permission) => boolean {
  const identity = useIdentity();
  return (permission) => identity?.permissions.includes(permission) ?? false;
}
