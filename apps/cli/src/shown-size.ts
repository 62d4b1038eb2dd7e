const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** `12.3 MB`, of bytes. */
export function shownSize(bytes: number): string {
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}
