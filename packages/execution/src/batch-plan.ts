import type { Issue } from '@ratchet/contract/errors';

export type BatchMode = 'parallel' | 'sequential' | 'dependency' | 'priority_dependency';
export type Priority = 'low' | 'normal' | 'high' | 'urgent';

export interface PlanRequest {
  readonly key?: string | undefined;
  readonly dependsOn: readonly string[];
  readonly priority: Priority;
}

/** A request's place in a batch. */
export interface PlanItem {
  readonly position: number;
  readonly key: string;
  /** Without repetition. */
  readonly dependsOn: readonly string[];
  /** Positions of those that depend on it. */
  readonly dependants: readonly number[];
  /** How many it waits for before any has ended. */
  readonly waitingFor: number;
  /** The smaller goes first of those that are ready, then the position. */
  readonly rank: number;
}

const ranks: Readonly<Record<Priority, number>> = { urgent: 0, high: 1, normal: 2, low: 3 };
const shown = 20;

/** Lays out a batch, or says everything that is wrong with it: keys given twice, unknown ones, circles. */
export function planBatch(
  mode: BatchMode,
  requests: readonly PlanRequest[],
): { readonly items: readonly PlanItem[] } | { readonly issues: readonly Issue[] } {
  const issues: Issue[] = [];
  const positions = new Map<string, number>();
  const keys = requests.map(({ key }, position) => key ?? String(position));
  for (const [position, key] of keys.entries()) {
    const first = positions.get(key);
    if (first === undefined) positions.set(key, position);
    else {
      const message = `The key ${JSON.stringify(key)} is that of request ${first} too; every request needs its own.`;
      issues.push({ path: `requests.${position}.key`, message });
    }
  }
  const ordered = mode === 'dependency' || mode === 'priority_dependency';
  const wanted = requests.map(({ dependsOn }) => [...new Set(dependsOn)]);
  const dependants: number[][] = requests.map(() => []);
  for (const [position, needs] of wanted.entries()) {
    const path = `requests.${position}.dependsOn`;
    if (needs.length > 0 && !ordered)
      issues.push({ path, message: `A ${mode} batch knows no dependencies; use the mode dependency.` });
    for (const key of needs) {
      const on = positions.get(key);
      if (on === undefined) issues.push({ path, message: `There is no request with the key ${JSON.stringify(key)}.` });
      else dependants[on]?.push(position);
    }
  }
  if (issues.length === 0) {
    const circle = findCircle(wanted, positions);
    if (circle.length > 0) {
      const names = circle.map((position) => JSON.stringify(keys[position])).join(' → ');
      issues.push({
        path: `requests.${circle[0]}.dependsOn`,
        message: `These requests depend on each other in a circle: ${names}. None of them could ever begin.`,
      });
    }
  }
  if (issues.length > shown)
    return { issues: [...issues.slice(0, shown), { path: 'requests', message: `And ${issues.length - shown} more.` }] };
  if (issues.length > 0) return { issues };
  return {
    items: requests.map(({ priority }, position) => ({
      position,
      key: keys[position] as string,
      dependsOn: wanted[position] as string[],
      dependants: dependants[position] as number[],
      waitingFor: wanted[position]?.length ?? 0,
      rank: mode === 'priority_dependency' ? ranks[priority] : 0,
    })),
  };
}

/** Positions that depend on each other in a circle, its first at the end once more; empty: there is none. */
function findCircle(wanted: readonly (readonly string[])[], positions: ReadonlyMap<string, number>): number[] {
  const done = new Set<number>();
  for (let start = 0; start < wanted.length; start++) {
    const path: number[] = [start];
    const onPath = new Map([[start, 0]]);
    while (path.length > 0) {
      const at = path[path.length - 1] as number;
      const next = wanted[at]?.map((key) => positions.get(key) as number).find((position) => !done.has(position));
      if (done.has(at) || next === undefined) {
        done.add(at);
        onPath.delete(at);
        path.pop();
        continue;
      }
      const seen = onPath.get(next);
      if (seen !== undefined) return [...path.slice(seen), next];
      onPath.set(next, path.length);
      path.push(next);
    }
  }
  return [];
}

export interface BatchSettings {
  readonly mode: BatchMode;
  readonly maxParallel: number;
  readonly stopOnError: boolean;
}

export interface BatchStanding {
  /** Requests whose job has not ended. */
  readonly running: number;
  /** Requests that have not begun, ready or not. */
  readonly waiting: number;
  /** Requests that ended otherwise than completed. */
  readonly unsuccessful: number;
  /** The first positions whose turn can come, in order. */
  readonly ready: readonly number[];
}

export type NextStep =
  | { readonly do: 'release'; readonly positions: readonly number[] }
  /** Nothing more begins: what waits is skipped. */
  | { readonly do: 'skip' }
  | { readonly do: 'wait' }
  | { readonly do: 'end'; readonly status: 'completed' | 'failed' };

/** How many requests of a batch may run at once. */
export const widthOf = ({ mode, maxParallel }: BatchSettings): number => (mode === 'sequential' ? 1 : maxParallel);

/** What a batch does next. Invariant: what runs and what is released are never more than its width. */
export function nextStep(settings: BatchSettings, { running, waiting, unsuccessful, ready }: BatchStanding): NextStep {
  if (waiting > 0 && settings.stopOnError && unsuccessful > 0) return { do: 'skip' };
  const positions = ready.slice(0, Math.max(0, widthOf(settings) - running));
  if (positions.length > 0) return { do: 'release', positions };
  if (running > 0) return { do: 'wait' };
  // What waits for nothing that could still end will never begin.
  if (waiting > 0 && ready.length === 0) return { do: 'skip' };
  return { do: 'end', status: unsuccessful > 0 ? 'failed' : 'completed' };
}

/** Of those that wait, all that depend on one of `failed`, however far. */
export function dependingOn(
  failed: readonly { readonly dependants: readonly number[] }[],
  waiting: ReadonlyMap<number, readonly number[]>,
): number[] {
  const found = new Set<number>();
  const open = failed.flatMap(({ dependants }) => dependants);
  while (open.length > 0) {
    const position = open.pop() as number;
    const further = waiting.get(position);
    if (further === undefined || found.has(position)) continue;
    found.add(position);
    open.push(...further);
  }
  return [...found].sort((a, b) => a - b);
}
