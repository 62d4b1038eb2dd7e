/** ISO 8601 of a time as a picker gives it, `2026-11-21 15:04:00`, which is in the browser's zone. */
export const isoOfLocal = (text: string): string => new Date(text.replace(' ', 'T')).toISOString();

/** The other way round. */
export function localOfIso(iso: string): string {
  const at = new Date(iso);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
