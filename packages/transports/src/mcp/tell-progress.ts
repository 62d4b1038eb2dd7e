import type { Progress } from '@ratchet/contract/dispatcher';

/** The key of a request's `_meta` that says how much progress to tell. */
export const progressFilterKey = 'ratchet/progress';

/** `delta`: the least change worth telling, in items; `frequency`: the least time between two, in milliseconds. */
export interface ProgressFilter {
  readonly delta: number;
  readonly frequency: number;
}

export interface ToldProgress {
  readonly progress: number;
  readonly total: number;
  readonly message: string;
}

/** What a request's `_meta` asks for; what is not a number counts as left out. */
export function progressFilter(meta: Readonly<Record<string, unknown>> | undefined): ProgressFilter {
  const asked = (meta?.[progressFilterKey] ?? {}) as Record<string, unknown>;
  const number = (value: unknown, otherwise: number) =>
    typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : otherwise;
  return { delta: number(asked.delta, 0), frequency: number(asked.frequency, 100) };
}

/**
 * Stages that count from nothing each become one count that only grows, as the protocol wants it; the last of a stage is
 * told whatever the filter says.
 */
export function progressTeller(
  { delta, frequency }: ProgressFilter,
  tell: (told: ToldProgress) => void,
  now: () => number = Date.now,
): (progress: Progress) => void {
  let before = 0;
  let stage: string | null = null;
  let current = { done: 0, total: 0 };
  let told = -1;
  let at = Number.NEGATIVE_INFINITY;
  return ({ stage: next, done, total }) => {
    if (stage !== null && (next !== stage || done < current.done)) before += Math.max(current.done, current.total);
    stage = next;
    current = { done, total };
    const progress = before + done;
    const ends = done >= total;
    const enough = progress - Math.max(told, 0) >= delta && now() - at >= frequency;
    if (progress <= told || (told >= 0 && !ends && !enough)) return;
    told = progress;
    at = now();
    tell({ progress, total: before + Math.max(total, done), message: next });
  };
}
