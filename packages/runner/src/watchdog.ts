import type ivm from 'isolated-vm';
import type { RunnerLimits } from './protocol.ts';

const tickMs = 20;
/** What a debugger may use to show large values, beyond the task's own memory. */
const debuggerRoomMb = 512;

/** Time that a run stood still for its debugger: wall clock, and nanoseconds on the processor for what it evaluated then. */
export interface Held {
  readonly ms: number;
  readonly cpu: bigint;
}

/**
 * Watches a run from the process's main thread, which the task's code never runs on. Answers how to stop watching.
 * Memory of the process is watched too: what the engine allocates in one long step is only seen from outside.
 */
export const watch = (
  isolate: ivm.Isolate,
  limits: Pick<RunnerLimits, 'timeoutMs' | 'cpuMs' | 'memoryMb'>,
  /** Resident bytes of the process when the run began. */
  memoryBefore: number,
  /** Whether the run has had work done outside its isolate; the process's own time counts then. */
  usedProcess: () => boolean,
  on: { onTime(): void; onCpu(): void; onMemory(): void },
  /** What a debugger has taken of its time so far; that does not count. */
  held?: () => Held,
): (() => void) => {
  const deadline = performance.now() + limits.timeoutMs;
  const cpuEnd = isolate.cpuTime + BigInt(Math.ceil(limits.cpuMs)) * 1_000_000n;
  const processBefore = process.cpuUsage();
  const overdrawn = (): boolean => {
    const cpu = held?.().cpu ?? 0n;
    if (isolate.cpuTime > cpuEnd + cpu) return true;
    if (!usedProcess()) return false;
    const { user, system } = process.cpuUsage(processBefore);
    return user + system > limits.cpuMs * 1000 + Number(cpu / 1000n);
  };
  const debuggerMb = held === undefined ? 0 : debuggerRoomMb;
  const memoryEnd = memoryBefore + (limits.memoryMb * 2 + 64 + debuggerMb) * 1024 * 1024;
  const timer = setInterval(
    () => {
      if (performance.now() >= deadline + (held?.().ms ?? 0)) on.onTime();
      else if (isolate.isDisposed) on.onMemory();
      else if (overdrawn()) on.onCpu();
      else if (process.memoryUsage.rss() > memoryEnd) on.onMemory();
    },
    Math.min(tickMs, Math.max(1, limits.timeoutMs)),
  );
  return () => clearInterval(timer);
};
