import picomatch from 'picomatch';

/** Names of files on their way to their place begin so; they are never listed and never part of a document. */
export const temporaryPrefix = '.ratchet-tmp-';

/** Whether a file or folder of this name is left alone wherever it stands. `.git` in any case: some file systems fold it. */
export const isIgnoredName = (name: string): boolean =>
  name === 'node_modules' ||
  name.endsWith('.bak') ||
  name.startsWith(temporaryPrefix) ||
  (name.length === 4 && name.toLowerCase() === '.git');

/** Whether any part of a path within an endpoint is left alone. */
export function isIgnoredPath(path: string): boolean {
  let from = 0;
  for (let to = path.indexOf('/'); to >= 0; to = path.indexOf('/', from)) {
    if (isIgnoredName(path.slice(from, to))) return true;
    from = to + 1;
  }
  return isIgnoredName(path.slice(from));
}

/**
 * Tells whether a path within an endpoint matches glob patterns. A pattern without a wildcard, or with a final `/`, names
 * a folder and covers what is below it. A leading `!` takes paths out again. Blank patterns count for nothing.
 * @param alone the answer, but for exceptions, where there are no patterns or only exceptions.
 */
export function pathMatcher(patterns: readonly string[], alone: boolean): (path: string) => boolean {
  const wanted: string[] = [];
  const exceptions: string[] = [];
  for (const written of patterns) {
    const negated = written.trim().startsWith('!');
    const pattern = written
      .trim()
      .slice(negated ? 1 : 0)
      .replace(/^(?:\.?\/)+/, '');
    if (pattern) (negated ? exceptions : wanted).push(...covering(pattern));
  }
  const matches = wanted.length > 0 ? picomatch(wanted, { dot: true }) : () => alone;
  if (exceptions.length === 0) return (path) => matches(path);
  const excepted = picomatch(exceptions, { dot: true });
  return (path) => matches(path) && !excepted(path);
}

function covering(pattern: string): string[] {
  const folder = pattern.replace(/\/+$/, '');
  if (folder !== pattern) return [`${folder}/**`];
  return picomatch.scan(pattern).isGlob ? [pattern] : [pattern, `${pattern}/**`];
}

/** Whether ignore patterns of a repository, or our own rules, exclude a path. */
export function ignoring(patterns: readonly string[]): (path: string) => boolean {
  const ignored = pathMatcher(patterns, false);
  return (path) => isIgnoredPath(path) || ignored(path);
}
