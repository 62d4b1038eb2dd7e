import { RatchetError } from '@ratchet/contract/errors';

/** Lets so many run at a time; so many more wait in line, in the order they came; further ones are refused. */
export function concurrency(most: number, waiting: number = most * 16) {
  let running = 0;
  const line: (() => void)[] = [];
  /** Whoever goes hands its place to the first in line, so that nobody slips in between. */
  const leave = () => {
    const next = line.shift();
    if (next) next();
    else running--;
  };
  return {
    /** Throws RATE_LIMITED where the line is full, CANCELLED where the caller went away while waiting. */
    async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
      if (running >= most) await turn(signal);
      else running++;
      try {
        return await work();
      } finally {
        leave();
      }
    },
    running: () => running,
  };

  function turn(signal: AbortSignal): Promise<void> {
    if (line.length >= waiting)
      throw new RatchetError(
        'RATE_LIMITED',
        `This server runs ${most} tools at a time and ${line.length} calls wait already. Call again when some have been answered.`,
        { running, waiting: line.length },
      );
    return new Promise((resolve, reject) => {
      const gone = () => {
        const at = line.indexOf(go);
        if (at >= 0) line.splice(at, 1);
        reject(new RatchetError('CANCELLED', 'The call was given up while it waited for its turn.'));
      };
      const go = () => {
        signal.removeEventListener('abort', gone);
        resolve();
      };
      if (signal.aborted) return gone();
      signal.addEventListener('abort', gone, { once: true });
      line.push(go);
    });
  }
}
export type Concurrency = ReturnType<typeof concurrency>;
