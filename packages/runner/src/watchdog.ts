import type ivm from 'isolated-vm';
import type { RunnerLimits } from './protocol.ts';

const tickMs = 20;

/**
 * Watches a run from the process's main thread, which the task's code never runs on. Answers how to stop watching.
 * Memory of the process is watched too: what the engine allocates in one long step is only seen from outside.
 */
export const watch = (
  isolate: ivm.Isolate,
  limits: Pick<RunnerLimits, 'timeoutMs' | 'cpuMs' | 'memoryMb'>,
  /** Resident bytes of the process when the run began. */
  memoryBefore: number,
  on: { onTime(): void; onCpu(): void; onMemory(): void },
): (() => void) => {
  const deadline = performance.now() + limits.timeoutMs;
  const cpuEnd = isolate.cpuTime + BigInt(Math.ceil(limits.cpuMs)) * 1_000_000n;
  const memoryEnd = memoryBefore + (limits.memoryMb * 2 + 64) * 1024 * 1024;
  const timer = setInterval(
    () => {
      if (performance.now() >= deadline) on.onTime();
      else if (isolate.isDisposed) on.onMemory();
      else if (isolate.cpuTime > cpuEnd) on.onCpu();
      else if (process.memoryUsage.rss() > memoryEnd) on.onMemory();
    },
    Math.min(tickMs, Math.max(1, limits.timeoutMs)),
  );
  return () => clearInterval(timer);
};
