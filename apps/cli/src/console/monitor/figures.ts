/** Milliseconds for people. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '-';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} m ${Math.round((ms % 60_000) / 1000)} s`;
  return `${Math.floor(ms / 3_600_000)} h ${Math.round((ms % 3_600_000) / 60_000)} m`;
}

export const percent = (part: number | null | undefined): string =>
  part === null || part === undefined ? '-' : `${Math.round(part * 1000) / 10} %`;

export function bytes(size: number | null | undefined): string {
  if (size === null || size === undefined) return '-';
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const at = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, size)) / 10)));
  return `${(size / 1024 ** at).toFixed(at === 0 ? 0 : 1)} ${units[at]}`;
}

/** At most six digits that say something. */
export const figure = (value: number): string =>
  Number.isInteger(value) ? value.toLocaleString('en') : String(Number(value.toPrecision(4)));

/** The time of day of an ISO 8601 time, in the zone of this machine. */
export const clock = (iso: string | number): string => new Date(iso).toTimeString().slice(0, 8);
