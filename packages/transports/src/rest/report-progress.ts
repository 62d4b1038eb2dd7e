import type { Caller, Progress } from '@ratchet/contract/dispatcher';
import { RatchetError } from '@ratchet/contract/errors';

/** What a client that asks for events hears of a long operation: how far it is, and at last its answer or its error. */
export type ProgressEvent =
  | ({ readonly type: 'progress' } & Progress)
  | { readonly type: 'result'; readonly status: number; readonly output: unknown }
  | {
      readonly type: 'error';
      readonly code: string;
      readonly message: string;
      readonly details: unknown;
      readonly requestId: string;
    };

/** Progress is told at most this often; the last of a stage always is. */
const everyMs = 100;

/**
 * Carries out a long operation and tells of it as it goes. What fails before any progress was made is thrown, so that it
 * is an ordinary error answer.
 */
export async function* reportProgress(
  call: (progress: NonNullable<Caller['progress']>) => Promise<{ status: number; output: unknown }>,
  requestId: string,
): AsyncGenerator<ProgressEvent> {
  let latest: Progress | null = null;
  let told = 0;
  let wake: () => void = () => {};
  const progress = (next: Progress) => {
    latest = next;
    wake();
  };
  let ended: ProgressEvent | null = null;
  let failure: unknown;
  void call(progress)
    .then(
      ({ status, output }) => {
        ended = { type: 'result', status, output };
      },
      (error: unknown) => {
        failure = error;
        ended = toEvent(error, requestId);
      },
    )
    .finally(() => wake());
  let spoke = false;
  while (!ended) {
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (ended || (latest && Date.now() - told >= everyMs)) resolve();
    });
    const now: Progress | null = latest;
    if (!now || ended) continue;
    const whole = (now as Progress).done === (now as Progress).total;
    if (!whole && Date.now() - told < everyMs) continue;
    latest = null;
    told = Date.now();
    spoke = true;
    yield { type: 'progress', ...(now as Progress) };
  }
  if (failure !== undefined && (!spoke || !(failure instanceof RatchetError))) throw failure;
  yield ended;
}

function toEvent(error: unknown, requestId: string): ProgressEvent {
  if (!(error instanceof RatchetError))
    return {
      type: 'error',
      code: 'INTERNAL',
      message: 'Something went wrong inside the server. Its log has the request id.',
      details: null,
      requestId,
    };
  return { type: 'error', code: error.code, message: error.message, details: error.details ?? null, requestId };
}
