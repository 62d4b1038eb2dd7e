import type { TaskForm } from './fields.ts';

/** Which files of a task's tree play which part. */
export interface TaskShape {
  readonly form: TaskForm;
  /** The file with the metadata. */
  readonly carrier: string;
  /** Files the code may be in where the metadata names none, the preferred one first. */
  readonly entries: readonly string[];
}

export const metadataName = 'metadata.json';
export const manifestNames = ['task.yaml', 'task.yml', 'meta.yaml', 'meta.yml'] as const;
export const folderEntries = ['main.js', 'main.ts'] as const;
export const manifestEntries = ['task.js', 'task.ts', 'meta.js', 'meta.ts'] as const;

export const isCodeName = (name: string): boolean => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts');

/** The YAML files that may stand beside a code file, the preferred one first. */
export function companionsOf(codeName: string): [string, string] {
  const stem = codeName.slice(0, -3);
  return [`${stem}.yaml`, `${stem}.yml`];
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The folder a path stands in, as a prefix: `''` or ending in `/`. */
export const folderPrefix = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

/** The shape of a document with these files; null: they are no task. */
export function shapeOf(path: string, has: (name: string) => boolean): TaskShape | null {
  if (has(metadataName)) return { form: 'folder', carrier: metadataName, entries: folderEntries };
  const manifest = manifestNames.find(has);
  if (manifest) return { form: 'manifest', carrier: manifest, entries: manifestEntries };
  const code = baseName(path);
  if (!isCodeName(code) || !has(code)) return null;
  const companion = companionsOf(code).find(has);
  return companion
    ? { form: 'pair', carrier: companion, entries: [code] }
    : { form: 'script', carrier: code, entries: [code] };
}

/** Prefix of a document's files within the endpoint. */
export function rootOf(path: string, files: Iterable<string>): string {
  const names = new Set(files);
  const inFolder = names.has(metadataName) || manifestNames.some((name) => names.has(name));
  if (!inFolder) return folderPrefix(path);
  return path === '.' ? '' : `${path}/`;
}
