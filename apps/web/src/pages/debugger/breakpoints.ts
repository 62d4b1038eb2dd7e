/** Where to stop, in a file as its author wrote it. */
export interface Breakpoint {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** JavaScript; it stops only where this is true. Empty: always. */
  readonly condition: string;
  readonly enabled: boolean;
}

export const breakpointKey = ({ file, line }: Pick<Breakpoint, 'file' | 'line'>): string => `${file}:${line}`;

const storageKey = (taskId: string): string => `ratchet.breakpoints.${taskId}`;

/** The breakpoints that somebody set in a task on this device. */
export function loadBreakpoints(taskId: string): readonly Breakpoint[] {
  try {
    const kept = JSON.parse(localStorage.getItem(storageKey(taskId)) ?? '[]') as unknown;
    return Array.isArray(kept) ? kept.filter(isBreakpoint) : [];
  } catch {
    return [];
  }
}

const isBreakpoint = (value: unknown): value is Breakpoint => {
  const { file, line, condition, enabled } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof file === 'string' && Number.isInteger(line) && typeof condition === 'string' && typeof enabled === 'boolean'
  );
};

export function keepBreakpoints(taskId: string, breakpoints: readonly Breakpoint[]): void {
  try {
    if (breakpoints.length === 0) localStorage.removeItem(storageKey(taskId));
    else localStorage.setItem(storageKey(taskId), JSON.stringify(breakpoints));
  } catch {
    // Without storage they last as long as the page.
  }
}

/** Sets one on a line, or takes it away. */
export const toggled = (all: readonly Breakpoint[], file: string, line: number): readonly Breakpoint[] =>
  all.some((each) => each.file === file && each.line === line)
    ? all.filter((each) => each.file !== file || each.line !== line)
    : [...all, { file, line, condition: '', enabled: true }].sort((a, b) =>
        a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1,
      );
