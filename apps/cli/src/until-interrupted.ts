/**
 * Does work that a first SIGINT or SIGTERM asks to stop, so that nothing half-written is left; a second one ends at once.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const asked = new AbortController();
  const stop = () => {
    if (asked.signal.aborted) process.exit(130);
    asked.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    return await work(asked.signal);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
