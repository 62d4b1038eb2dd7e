let measuredAt = Number.NEGATIVE_INFINITY;
let bytes = 0;

/** Resident memory of this process, bytes, at most 100 ms old: asking the system costs as much as a short step of a run. */
export const residentBytes = (): number => {
  const now = performance.now();
  if (now - measuredAt > 100) {
    bytes = process.memoryUsage.rss();
    measuredAt = now;
  }
  return bytes;
};
