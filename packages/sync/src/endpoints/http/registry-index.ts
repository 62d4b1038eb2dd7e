import type { Mode } from '@ratchet/sync-core/tree';
import { isIgnoredPath } from '../../kinds/task/ignored.ts';
import { checkPath, findTwins } from '../../paths.ts';
import { EndpointError, type SyncProblem } from '../../problem.ts';

/** A file as an index lists it. */
export interface IndexedFile {
  readonly path: string;
  readonly mode: Mode;
  /** 0 where the index does not say. */
  readonly size: number;
  /** SHA-256, hexadecimal; null: not said. */
  readonly digest: string | null;
  /** A strong ETag, with or without its quotes: it changes with the content. null: not said. */
  readonly etag: string | null;
}

export interface RegistryIndex {
  /** Names the state of everything; null: the index does not tell whether a file changed. */
  readonly head: string | null;
  readonly writable: boolean;
  /** Where a set of changes is sent, relative to the registry; null: files are written one by one. */
  readonly changes: string | null;
  readonly files: readonly IndexedFile[];
  readonly problems: readonly SyncProblem[];
  /** As it was sent. */
  readonly value: unknown;
}

const unusable = (why: string, cause?: unknown) =>
  new EndpointError('misconfigured', `The registry’s index cannot be used: ${why}.`, false, cause ? { cause } : {});

const mostFiles = 500_000;

/**
 * Reads an index: `{ version, head, writable, changes, files: [{ path, size, digest, etag, mode }] }`, or a list of paths
 * or of such files. `fallback`: what names its state where it does not itself. Throws EndpointError `misconfigured`.
 */
export function readIndex(text: string, fallback: string): RegistryIndex {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unusable(
      /^\s*</.test(text) ? 'it is a web page, not JSON. Name the registry’s own address' : 'it is not JSON',
      cause,
    );
  }
  const { version, head, writable, changes, files } = Array.isArray(value)
    ? ({ files: value } as Record<string, unknown>)
    : ((value ?? {}) as Record<string, unknown>);
  if (!Array.isArray(files)) throw unusable('it lists no files');
  if (version !== undefined && version !== 1)
    throw unusable(`its version is ${JSON.stringify(version)}, and 1 is known`);
  if (files.length > mostFiles) throw unusable(`it lists ${files.length} files; ${mostFiles} are allowed`);
  const found = new Map<string, IndexedFile>();
  const problems: SyncProblem[] = [];
  const twice = new Set<string>();
  for (const entry of files) {
    const file = readFile(entry);
    if (typeof file === 'string') throw unusable(file);
    if (isIgnoredPath(file.path)) continue;
    const wrong = checkPath(file.path);
    if (wrong) problems.push(problem('path_refused', 'warning', file.path, `It is left alone: ${wrong}.`));
    else if (file.mode === '120000' || file.mode === '160000')
      problems.push(problem('path_refused', 'warning', file.path, 'A registry holds plain files only.'));
    else if (found.has(file.path)) twice.add(file.path);
    else found.set(file.path, file);
  }
  for (const path of twice) {
    found.delete(path);
    problems.push(problem('unreadable', 'error', path, 'It stands in the index more than once.'));
  }
  for (const [path, other] of findTwins([...found.keys()])) {
    found.delete(path);
    problems.push(
      problem(
        'unreadable',
        'error',
        path,
        `It and ${other} are one name where case or Unicode forms are not told apart.`,
      ),
    );
  }
  const listed = [...found.values()];
  const tells = listed.every(({ digest, etag }) => digest !== null || etag !== null);
  return {
    head: typeof head === 'string' && head !== '' ? head : tells ? fallback : null,
    writable: writable !== false,
    changes: typeof changes === 'string' && changes !== '' ? changes : null,
    files: listed,
    problems,
    value,
  };
}

const modes: ReadonlySet<unknown> = new Set(['100644', '100755', '120000', '160000']);

/** One file of an index; a text says what is wrong with it. */
function readFile(entry: unknown): IndexedFile | string {
  if (typeof entry === 'string') return { path: entry, mode: '100644', size: 0, digest: null, etag: null };
  if (entry === null || typeof entry !== 'object') return 'it lists something that is no file';
  const { path, size, digest, etag, mode } = entry as Record<string, unknown>;
  if (typeof path !== 'string') return 'it lists a file without a path';
  const said = typeof digest === 'string' ? /^(?:sha256:)?([0-9a-f]{64})$/i.exec(digest) : null;
  return {
    path,
    mode: modes.has(mode) ? (mode as Mode) : '100644',
    size: typeof size === 'number' && size >= 0 ? size : 0,
    digest: said?.[1]?.toLowerCase() ?? null,
    etag: typeof etag === 'string' && etag !== '' && !etag.startsWith('W/') ? etag : null,
  };
}

const problem = (code: string, severity: SyncProblem['severity'], path: string, message: string): SyncProblem => ({
  path,
  code,
  message,
  severity,
});

/** An index with files written and removed, everything else as it was: for servers that do not make it themselves. */
export function amendedIndex(
  value: unknown,
  changes: ReadonlyMap<string, { readonly digest: string; readonly size: number; readonly mode: Mode } | null>,
): unknown {
  const whole = Array.isArray(value) ? null : (value as Record<string, unknown>);
  const files = (whole ? whole.files : value) as unknown[];
  const pathOf = (entry: unknown): unknown => (typeof entry === 'string' ? entry : (entry as { path?: unknown })?.path);
  const left = new Map(changes);
  const kept = files.flatMap((entry) => {
    const path = pathOf(entry);
    if (typeof path !== 'string' || !changes.has(path)) return [entry];
    const change = changes.get(path);
    left.delete(path);
    return change ? [amended(entry, path, change)] : [];
  });
  const plain = files.length > 0 && files.every((entry) => typeof entry === 'string');
  for (const [path, change] of left) if (change) kept.push(amended(plain ? path : { path }, path, change));
  if (!whole) return kept;
  const { head: _, ...rest } = whole;
  return { ...rest, files: kept };
}

function amended(
  entry: unknown,
  path: string,
  { digest, size, mode }: { readonly digest: string; readonly size: number; readonly mode: Mode },
): unknown {
  if (typeof entry === 'string' && mode === '100644') return path;
  const { etag: _, ...rest } = typeof entry === 'string' ? {} : (entry as Record<string, unknown>);
  return {
    ...rest,
    path,
    size,
    digest: `sha256:${digest}`,
    ...(mode === '100644' && !('mode' in rest) ? {} : { mode }),
  };
}
