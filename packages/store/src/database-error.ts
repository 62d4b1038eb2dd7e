import { RatchetError } from '@ratchet/contract/errors';

/** What a taken unique key means to a person, by constraint. */
const taken: Readonly<Record<string, string>> = {
  repositories_name: 'There is a repository of this name already.',
  repositories_default: 'There is a default repository already.',
  credentials_name: 'There is a credential of this name already.',
  tasks_place: 'There is a task at this place of the repository already.',
  conflicts_open: 'There is an open conflict at this place already.',
  jobs_idempotency: 'There is a job with this idempotency key already.',
};

const retryable = new Set(['40001', '40P01']);
const gone = /^(08|57P0)/;
const network = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']);

interface PostgresError extends Error {
  code?: string;
  constraint?: string;
}

const rootOf = (error: unknown): PostgresError | null => {
  for (let e = error; e instanceof Error; e = e.cause) if (typeof (e as PostgresError).code === 'string') return e as PostgresError;
  return null;
};

/** Whether the same transaction may succeed when it is tried again. */
export const isRetryable = (error: unknown): boolean => retryable.has(rootOf(error)?.code ?? '');

/** A database's error as the code that crosses a surface; SQL and values stay behind. Others are answered as they came. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof RatchetError) return error;
  const { code, constraint } = rootOf(error) ?? {};
  if (code === '23505')
    return new RatchetError('ALREADY_EXISTS', taken[constraint ?? ''] ?? 'It exists already.', undefined, { cause: error });
  if (code && (gone.test(code) || network.has(code)))
    return new RatchetError('UNAVAILABLE', 'The database cannot be reached now. Try again in a moment.', undefined, { cause: error });
  return error;
}
