/** Does `work` again and again, with a pause after each; answers what stops it and waits for the one under way. */
export function every(
  pauseMs: number,
  work: () => Promise<unknown>,
  log: (level: 'error', message: string, data?: Record<string, unknown>) => void,
): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<unknown> = Promise.resolve();
  const next = () => {
    timer = setTimeout(() => {
      current = work()
        .catch((error) => log('error', 'Recurring work failed.', { err: error }))
        .finally(() => {
          if (!stopped) next();
        });
    }, pauseMs);
  };
  next();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await current;
  };
}
