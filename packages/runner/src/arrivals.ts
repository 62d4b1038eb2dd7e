/** What reaches a run whose clock is its own. Times are milliseconds since that clock began. */
export interface Arrivals {
  /** Hands an answer over when its time has come; with null it never comes. */
  answer(deliver: () => void, at: number | null): void;
  /** A result of this process's own work, which takes no time on the run's clock; handed over in the order of `id`. */
  result(id: number, deliver: () => void): void;
  /** The guest wants to be woken at `due`; `rings` tells when that time has passed outside. Replaces the alarm before. */
  alarm(due: number, deliver: () => void, waitMs: number): void;
  /** Something changed: hand over what is due. Called whenever the guest has come to rest. */
  pump(): void;
  close(): void;
}

export interface ArrivalsOptions {
  /** Answers are known beforehand, so that nothing has to be waited for outside. */
  readonly replay: boolean;
  /** No call into the guest is under way. */
  readonly resting: () => boolean;
  /** Requests that were passed on and not answered. */
  readonly unanswered: () => number;
  /** Operations of this process that are not done. */
  readonly working: () => number;
  /** In a replay nothing more can come: the recorded run ended before it did. */
  readonly stuck: () => void;
}

interface Answer {
  readonly at: number | null;
  readonly deliver: () => void;
}

/**
 * Hands answers and alarms to a run in the order of the run's own clock, so that a recorded run and its replay see the same
 * things in the same order at the same times, however long each of them really computes. An answer waits for alarms that
 * are due before it; nothing is handed over while the guest runs.
 */
export const createArrivals = ({ replay, resting, unanswered, working, stuck }: ArrivalsOptions): Arrivals => {
  let answers: Answer[] = [];
  let results: { id: number; deliver: () => void }[] = [];
  let alarm: { due: number; deliver: () => void; rung: boolean } | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const ring = (): void => {
    const set = alarm;
    clearTimeout(timer);
    alarm = null;
    set?.deliver();
  };
  const pump = (): void => {
    if (closed || !resting() || working() > 0) return;
    const [result] = results;
    if (result !== undefined) {
      results.shift();
      result.deliver();
      return;
    }
    if (replay && unanswered() > 0) return;
    const next = answers.reduce<Answer | null>(
      (first, one) => (one.at !== null && (first === null || one.at < (first.at as number)) ? one : first),
      null,
    );
    const alarmFirst = alarm !== null && (next === null ? replay || alarm.rung : alarm.due <= (next.at as number));
    if (alarmFirst) ring();
    else if (next !== null) {
      answers = answers.filter((one) => one !== next);
      next.deliver();
      // An answer that the guest gave up reaches nobody: what comes after it is not kept waiting.
      pump();
    } else if (replay && alarm === null && answers.length > 0) stuck();
  };
  return {
    answer(deliver, at) {
      answers.push({ at, deliver });
      pump();
    },
    result(id, deliver) {
      results.push({ id, deliver });
      results.sort((a, b) => a.id - b.id);
      pump();
    },
    alarm(due, deliver, waitMs) {
      clearTimeout(timer);
      const set = { due, deliver, rung: false };
      alarm = set;
      if (replay) return;
      timer = setTimeout(() => {
        set.rung = true;
        pump();
      }, waitMs);
    },
    pump,
    close() {
      closed = true;
      clearTimeout(timer);
      answers = [];
      results = [];
    },
  };
};
