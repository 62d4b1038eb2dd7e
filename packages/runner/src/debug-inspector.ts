import type { LoadedCode } from './isolate.ts';
import type { FromRunner } from './protocol.ts';
import type { Held } from './watchdog.ts';

/** How often a stopped isolate is reminded of messages that it has not answered. */
const remindMs = 20;
/** Ids of our own reminders; a debugger's ids are not negative. */
const firstReminder = -1;

/** Characters of one answer, at most. */
const mostText = 16 * 1024 * 1024;

/** A debugger's connection to one isolate. */
export interface Inspector {
  dispatch(message: string): void;
  /** What the pauses took of the task's time so far. */
  held(): Held;
  /** Stops the reminders; the connection ends with the process. */
  close(): void;
}

/**
 * Opens the engine's inspector. Only while nothing runs in the isolate.
 *
 * Messages are handed over from this thread: a running isolate takes them between two steps of the code, a paused one in the
 * loop that it waits in. A message that comes between the pause and that loop wakes nobody, so that a paused isolate that
 * owes an answer is reminded until it gives one.
 */
export const openInspector = (
  { isolate }: Pick<LoadedCode, 'isolate'>,
  run: number,
  send: (message: FromRunner) => void,
): Inspector => {
  const session = isolate.createInspectorSession();
  const owed = new Set<number>();
  const switchOffs = new Set<number>();
  let pausedAt: Held | null = null;
  let before: Held = { ms: 0, cpu: 0n };
  let reminder = firstReminder;
  let closed = false;

  const now = (): Held => ({ ms: performance.now(), cpu: isolate.isDisposed ? 0n : isolate.cpuTime });
  const held = (): Held => {
    if (pausedAt === null) return before;
    const { ms, cpu } = now();
    return { ms: before.ms + ms - pausedAt.ms, cpu: before.cpu + cpu - pausedAt.cpu };
  };
  const goOn = (): void => {
    before = held();
    pausedAt = null;
  };
  const hand = (message: string): void => {
    // An isolate that is being disposed of has no session any more; its run says how it ended.
    if (!closed && !isolate.isDisposed) session.dispatchProtocolMessage(message);
  };
  const timer = setInterval(() => {
    if (pausedAt === null || owed.size === 0) return;
    hand(JSON.stringify({ id: reminder, method: 'Runtime.getIsolateId' }));
    reminder -= 1;
  }, remindMs);

  session.onResponse = (id, message) => {
    if (id < 0) return;
    owed.delete(id);
    // A debugger that is switched off says nothing when it lets the task go on.
    if (switchOffs.delete(id)) goOn();
    const refused = JSON.stringify({
      id,
      error: { code: -32_000, message: `The answer has over ${mostText} characters.` },
    });
    send({ type: 'inspected', run, message: message.length > mostText ? refused : message });
  };
  session.onNotification = (message) => {
    if (message.startsWith('{"method":"Debugger.paused"')) pausedAt ??= now();
    if (message.startsWith('{"method":"Debugger.resumed"')) goOn();
    send({ type: 'inspected', run, message });
  };
  return {
    dispatch(message) {
      const { id, method } = JSON.parse(message) as { id: number; method: string };
      if (method === 'Debugger.disable') switchOffs.add(id);
      owed.add(id);
      hand(message);
    },
    held,
    close() {
      closed = true;
      clearInterval(timer);
    },
  };
};
