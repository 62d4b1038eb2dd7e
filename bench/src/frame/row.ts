/** One figure of a benchmark. */
export interface Row {
  /** What was measured, in a few words. */
  readonly what: string;
  readonly figure: number;
  /** `ms`, `s`, `/s`, `MB`, … */
  readonly unit: string;
  /** What is to be reached, in the same unit. */
  readonly target?: number;
  /** What the figure stands beside: the same thing done by something else in the same run, as text with its unit. */
  readonly reference?: string;
}

/** A module in `bench/src`. */
export interface Benchmark {
  /** Its heading. */
  readonly name: string;
  run(): Promise<Row[]>;
}

/** What a benchmark's process answers. */
export interface Measured {
  readonly name: string;
  readonly rows: readonly Row[];
}
