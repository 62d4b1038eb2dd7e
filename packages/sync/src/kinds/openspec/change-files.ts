import { decode, decodeLeniently } from '../task/text.ts';

/** A change's files, or those of openspec/specs: path within the folder → content. */
export type ChangeFiles = ReadonlyMap<string, Uint8Array>;

export const proposalName = 'proposal.md';
export const tasksName = 'tasks.md';
export const designName = 'design.md';
export const metadataName = '.openspec.yaml';
const specs = 'specs/';

/** A file's text, with U+FFFD for what is not UTF-8; null: there is no such file. */
export function textOf(files: ChangeFiles, path: string): string | null {
  const bytes = files.get(path);
  return bytes === undefined ? null : decodeLeniently(bytes);
}

export const isUtf8 = (bytes: Uint8Array): boolean => decode(bytes) !== null;

/** Whether a path goes through a file or folder with a dot before its name, which OpenSpec does not see below specs/. */
const isHidden = (path: string): boolean => path.startsWith('.') || path.includes('/.');

/** Files below specs/ of a change by their path there, in order; those that OpenSpec does not see are left out. */
export function specFiles(files: ChangeFiles): [path: string, bytes: Uint8Array][] {
  return [...files]
    .filter(([path]) => path.startsWith(specs))
    .map(([path, bytes]): [string, Uint8Array] => [path.slice(specs.length), bytes])
    .filter(([path]) => !isHidden(path))
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The capability that a spec.md is of, as `user-auth` or `identity/user-auth`; null: it is of none. */
export const capabilityOf = (path: string): string | null =>
  path.endsWith('/spec.md') ? path.slice(0, -'/spec.md'.length) : null;

/** The spec.md of each capability of a change, in the order of their names. */
export const capabilitySpecs = (files: ChangeFiles): { capability: string; path: string; text: string }[] =>
  specFiles(files)
    .flatMap(([path, bytes]) => {
      const capability = capabilityOf(path);
      return capability === null ? [] : [{ capability, path, text: decodeLeniently(bytes) }];
    })
    .sort((a, b) => (a.capability < b.capability ? -1 : 1));
