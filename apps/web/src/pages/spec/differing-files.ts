interface File {
  readonly path: string;
  readonly digest: string;
}

/** Files that are not the same in two revisions, by path. */
export function differingFiles(
  before: readonly File[],
  after: readonly File[],
): readonly { readonly path: string; readonly change: 'added' | 'changed' | 'removed' }[] {
  const was = new Map(before.map(({ path, digest }) => [path, digest]));
  const is = new Map(after.map(({ path, digest }) => [path, digest]));
  return [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((path) => {
    if (was.get(path) === is.get(path)) return [];
    return [{ path, change: was.has(path) ? (is.has(path) ? 'changed' : 'removed') : 'added' } as const];
  });
}
