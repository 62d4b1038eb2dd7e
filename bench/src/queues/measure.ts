import { setTimeout as sleep } from 'node:timers/promises';

/** Runs `count` of them, `width` asked for at a time; answers how many end in a second. */
export async function throughput(run: (n: number) => Promise<unknown>, count: number, width: number): Promise<number> {
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) await run(next++);
    }),
  );
  return count / ((performance.now() - began) / 1000);
}

/** Milliseconds from the asking to the first line of the task, one at a time with pauses, as `run` answers when that was. */
export async function startLatency(
  run: (n: number) => Promise<{ at: number }>,
  count: number,
): Promise<{ p50: number; p99: number }> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const asked = Date.now();
    times.push((await run(n)).at - asked);
    await sleep(5 + (n % 7));
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Milliseconds for `count` of them, each asked for when the one before has ended. */
export async function inTurn(run: (n: number) => Promise<unknown>, count: number): Promise<number> {
  const began = performance.now();
  for (let n = 0; n < count; n++) await run(n);
  return performance.now() - began;
}
