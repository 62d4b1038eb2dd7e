import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

/** State that stands in the address, so that a link to it can be sent and Back undoes it. Empty values are left out. */
export function useUrlState<const D extends Readonly<Record<string, string>>>(
  defaults: D,
): [
  { [K in keyof D]: string },
  (change: Partial<Record<keyof D, string | undefined>>, options?: { replace?: boolean }) => void,
] {
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const navigate = useNavigate();
  const state = Object.fromEntries(Object.entries(defaults).map(([name, usual]) => [name, search[name] ?? usual]));
  const set = useCallback(
    (change: Partial<Record<keyof D, string | undefined>>, { replace = true }: { replace?: boolean } = {}) => {
      const next = Object.entries(change).map(([name, value]) => [name, value === defaults[name] ? undefined : value]);
      void navigate({
        to: '.',
        search: (before: Record<string, string>) => ({ ...before, ...Object.fromEntries(next) }),
        replace,
      } as never);
    },
    [navigate, defaults],
  );
  return [state as { [K in keyof D]: string }, set];
}
