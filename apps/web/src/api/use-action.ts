import { notifications } from '@mantine/notifications';
import type { Client } from '@ratchet/client/create-client';
import { RatchetError } from '@ratchet/contract/errors';
import { useMutation, useQueryClient } from '@tanstack/react-query';

interface Action<I, O> {
  readonly act: (input: I) => Promise<O>;
  /** Entities of which what was read is out of date afterwards, however it ended. */
  readonly changes: readonly (keyof Client)[];
  /** What is said when it is done; nothing is said without. */
  readonly done?: (output: O, input: I) => string;
  readonly onDone?: (output: O, input: I) => void;
  /** Answers true where the page itself shows the error. */
  readonly onFailed?: (error: Error, input: I) => boolean | undefined;
}

/** Something a person does: says what came of it, and has what it changed read anew. */
export function useAction<I = void, O = unknown>({ act, changes, done, onDone, onFailed }: Action<I, O>) {
  const queries = useQueryClient();
  return useMutation<O, Error, I>({
    mutationFn: act,
    onSuccess: (output, input) => {
      const text = done?.(output, input);
      if (text) notifications.show({ message: text, color: 'teal' });
      onDone?.(output, input);
    },
    onError: (error, input) => {
      if (!onFailed?.(error, input)) showError(error);
    },
    onSettled: () => Promise.all(changes.map((entity) => queries.invalidateQueries({ queryKey: [entity] }))),
  });
}

/** Says an error of which no part of the page takes care. */
export function showError(error: unknown): void {
  const known = error instanceof RatchetError;
  notifications.show({
    color: 'red',
    title: known ? (titles[error.code] ?? 'That did not work') : 'That did not work',
    message: error instanceof Error ? error.message : String(error),
    autoClose: 10_000,
  });
}

const titles: Readonly<Partial<Record<RatchetError['code'], string>>> = {
  UNAVAILABLE: 'The server does not answer',
  PERMISSION_DENIED: 'Not allowed',
  RATE_LIMITED: 'Too many requests',
  REVISION_MISMATCH: 'Somebody else changed it meanwhile',
  VALIDATION_FAILED: 'Something in it is wrong',
};
