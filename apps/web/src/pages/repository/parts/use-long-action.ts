import type { Client } from '@ratchet/client/create-client';
import type { Progress } from '@ratchet/contract/dispatcher';
import { useState } from 'react';
import { useAction } from '../../../api/use-action.ts';

interface LongAction<I, O> {
  readonly act: (input: I, onProgress: (progress: Progress) => void) => Promise<O>;
  readonly changes: readonly (keyof Client)[];
  readonly done?: (output: O, input: I) => string;
  readonly onDone?: (output: O, input: I) => void;
  readonly onFailed?: (error: Error, input: I) => boolean | undefined;
}

/** Something that may take long, with how far it is. */
export function useLongAction<I = void, O = unknown>({ act, ...rest }: LongAction<I, O>) {
  const [progress, setProgress] = useState<Progress | null>(null);
  const action = useAction<I, O>({
    ...rest,
    act: async (input) => {
      setProgress(null);
      try {
        return await act(input, setProgress);
      } finally {
        setProgress(null);
      }
    },
  });
  return { ...action, progress };
}
