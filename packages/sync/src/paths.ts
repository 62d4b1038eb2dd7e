/** Code points that HFS+ ignores in names: `.g\u200cit` opens `.git` there. */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
/** What NTFS takes for `.git`: trailing dots and spaces, streams, the short name. */
const gitOnNtfs = /^(\.git|git~1)[ .]*(:.*)?$/;

/** Nearly every path ends the check here. */
const plain = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/;

const maxNameBytes = 255;
const maxPathBytes = 4096;

/**
 * What is wrong with a relative path (`/` between its parts) that comes from a repository or goes into one; null when
 * nothing is. Control characters and backslashes are allowed in names, but must not hide a `..` or a `.git`.
 */
export function checkPath(path: string): string | null {
  if (path.length <= maxNameBytes && plain.test(path)) return null;
  if (path === '') return 'the path is empty';
  if (path.includes('\0')) return 'the path holds a NUL character';
  if (!path.isWellFormed()) return 'the path is not valid Unicode';
  if (path.startsWith('/')) return 'the path is absolute';
  if (path.length * 3 > maxPathBytes && Buffer.byteLength(path) > maxPathBytes)
    return `the path is longer than ${maxPathBytes} bytes`;
  for (const part of path.split('/')) {
    if (part === '') return 'a part of the path is empty';
    if (part.length * 3 > maxNameBytes && Buffer.byteLength(part) > maxNameBytes)
      return `a name in the path is longer than ${maxNameBytes} bytes`;
    const wrong = part.includes('\\') ? firstWrong(part.split('\\')) : checkName(part);
    if (wrong) return wrong;
  }
  return null;
}

function firstWrong(names: readonly string[]): string | null {
  for (const name of names) {
    const wrong = checkName(name);
    if (wrong) return wrong;
  }
  return null;
}

function checkName(name: string): string | null {
  if (name === '.' || name === '..') return 'the path holds a "." or ".." part';
  return gitOnNtfs.test(name.replace(ignoredByHfs, '').toLowerCase()) ? 'the path holds a ".git" part' : null;
}

/** Equal for names that a case-insensitive or Unicode-normalising file system takes for one. */
export function twinKey(path: string): string {
  return path.normalize('NFC').toLowerCase().normalize('NFC');
}

/**
 * Paths that cannot stand side by side on a file system that ignores case or normalises Unicode: path → one of the paths it
 * collides with. A file whose key is that of another's folder is such a twin too; folders that only differ in case are not.
 */
export function findTwins(paths: readonly string[]): ReadonlyMap<string, string> {
  const twins = new Map<string, string>();
  const files = new Map<string, string>();
  for (const path of paths) {
    const key = twinKey(path);
    const other = files.get(key);
    if (other === undefined) files.set(key, path);
    else {
      twins.set(path, other);
      if (!twins.has(other)) twins.set(other, path);
    }
  }
  const clashes = new Set<string>();
  const folders = new Set<string>();
  for (const key of files.keys())
    for (const folder of foldersOf(key)) {
      if (folders.has(folder)) break;
      folders.add(folder);
      if (files.has(folder)) clashes.add(folder);
    }
  if (clashes.size > 0)
    for (const [key, path] of files)
      for (const folder of foldersOf(key)) {
        const file = clashes.has(folder) ? files.get(folder) : undefined;
        if (file === undefined) continue;
        twins.set(file, path);
        twins.set(path, file);
      }
  return twins;
}

/** The folders above a path, the nearest first. */
export function* foldersOf(path: string): Generator<string> {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) yield path.slice(0, end);
}
