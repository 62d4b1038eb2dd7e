import type ivm from 'isolated-vm';

const title = 'run';
/** A longer gap between two samples is a time when the isolate was not running on the thread. */
const mostGapUs = 20_000;

/** A node of the tree of calls, as the DevTools protocol has it, with the time in it. Lines and columns from 1. */
export interface ProfiledNode {
  readonly id: number;
  readonly children: readonly number[];
  readonly callFrame: unknown;
  /** Microseconds of its own. */
  readonly selfUs: number;
}

/**
 * Takes a profile of the processor's time in an isolate that was made with an inspector. The engine's own profiler is used
 * and not the inspector's: that one watches one thread, and an isolate goes from thread to thread as it waits.
 */
export const startProfiler = (isolate: ivm.Isolate) => {
  const session = isolate.createInspectorSession();
  session.onResponse = () => undefined;
  session.onNotification = () => undefined;
  isolate.startCpuProfiler(title);
  return {
    /** Ends code that does not come to rest: while it runs its profile cannot be had. */
    interrupt(): void {
      session.dispatchProtocolMessage(JSON.stringify({ id: 1, method: 'Runtime.terminateExecution' }));
    },
    /** The trees of calls, one for each thread, as JSON. Only while nothing runs in the isolate. */
    async stop(): Promise<string> {
      session.dispose();
      // A thread hands in what it saw when it leaves the isolate; this waits until it has.
      isolate.getHeapStatisticsSync();
      const threads = (await isolate.stopCpuProfiler(title)).map(({ profile }): ProfiledNode[] => {
        const us = new Map<number, number>();
        // What the addon calls deltas are times since the profile began.
        let before = 0;
        for (const [n, node] of profile.samples.entries()) {
          const at = profile.timeDeltas[n] ?? before;
          us.set(node, (us.get(node) ?? 0) + Math.min(mostGapUs, Math.max(0, at - before)));
          before = at;
        }
        return profile.nodes.map(({ id, children, callFrame }) => ({
          id,
          children,
          callFrame,
          selfUs: us.get(id) ?? 0,
        }));
      });
      return JSON.stringify(threads);
    },
  };
};
