import semver from 'semver';

/** Orders versions by semver, older first; what is no version comes before all that are. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [semver.valid(a), semver.valid(b)];
  if (left && right) return semver.compare(left, right);
  return left ? 1 : right ? -1 : a < b ? -1 : a > b ? 1 : 0;
}
