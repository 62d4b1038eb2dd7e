import type { Progress } from '@ratchet/contract/dispatcher';

const width = 24;

/**
 * One line on standard error that says how far a long operation is, on a terminal only, so that output can be piped. It is
 * wiped away at the end.
 */
export function progressLine(stderr: NodeJS.WriteStream) {
  const shown = stderr.isTTY === true;
  let wrote = false;
  return {
    onProgress({ stage, done, total }: Progress): void {
      if (!shown) return;
      wrote = true;
      const filled = total > 0 ? Math.round((done / total) * width) : 0;
      const bar = '#'.repeat(filled).padEnd(width, '.');
      stderr.write(`\r\u001b[K${stage} [${bar}] ${done}/${total}`);
    },
    end(): void {
      if (wrote) stderr.write('\r\u001b[K');
    },
  };
}

/** Does long work with a line that says how far it is. */
export async function withProgress<T>(
  stderr: NodeJS.WriteStream,
  work: (options: { onProgress: (progress: Progress) => void }) => Promise<T>,
): Promise<T> {
  const line = progressLine(stderr);
  try {
    return await work({ onProgress: line.onProgress });
  } finally {
    line.end();
  }
}
