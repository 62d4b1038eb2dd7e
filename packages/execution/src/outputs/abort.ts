/**
 * The work, or what the signal says when it ends first. `close` breaks off what the work waits for; it is called in any
 * case, once, and what it throws is passed over.
 */
export async function untilAborted<T>(
  signal: AbortSignal,
  work: () => Promise<T>,
  close: () => unknown = () => {},
): Promise<T> {
  signal.throwIfAborted();
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
    await Promise.resolve()
      .then(close)
      .catch(() => {});
  }
}
