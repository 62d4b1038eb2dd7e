import { RatchetError } from '@ratchet/contract/errors';
import { QueryCache, QueryClient } from '@tanstack/react-query';

/** What asking again cannot mend. */
const final = new Set(['NOT_FOUND', 'VALIDATION_FAILED', 'PERMISSION_DENIED', 'UNAUTHENTICATED', 'METHOD_NOT_ALLOWED']);

/** `signedOut` is told when the server no longer knows who asks. */
export const createQueryClient = (signedOut: () => void): QueryClient => {
  const heard = (error: unknown) => {
    if (error instanceof RatchetError && error.code === 'UNAUTHENTICATED') signedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError: heard }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) => count < 2 && !(error instanceof RatchetError && final.has(error.code)),
        refetchOnWindowFocus: true,
      },
      mutations: { onError: heard },
    },
  });
};
