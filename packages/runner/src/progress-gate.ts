import type { FromRunner } from './protocol.ts';

const everyMs = 50;

/** Passes progress on, at most every 50 ms; of what comes faster the last one counts. */
export const createProgressGate = (run: number, send: (message: FromRunner) => void) => {
  let held: string | null = null;
  let sentAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (held === null) return;
    const { progress, message } = JSON.parse(held) as { progress: number; message: string | null };
    held = null;
    sentAt = performance.now();
    send({ type: 'progress', run, progress, message });
  };
  return {
    flush,
    push(payload: string): void {
      held = payload;
      const wait = sentAt + everyMs - performance.now();
      if (wait <= 0) flush();
      else timer ??= setTimeout(flush, wait);
    },
  };
};
