const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Orders entries of a map by path: by code unit, so that every machine and locale agrees. */
export const byPath = (a: readonly [string, unknown], b: readonly [string, unknown]): number => compare(a[0], b[0]);
