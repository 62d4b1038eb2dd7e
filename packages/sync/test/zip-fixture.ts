import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Mode } from '@ratchet/sync-core/tree';
import { afterEach, beforeEach } from 'vitest';
import yazl from 'yazl';
import { digestOf } from '../src/digest.ts';
import { createZipRemote, type ZipOptions } from '../src/endpoints/zip/zip-remote.ts';
import type { Published, Remote, WriteRequest } from '../src/remote.ts';

/** Anew for each test. */
export let folder: string;
export let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-zip-'));
  path = join(folder, 'tasks.zip');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

export const modified = new Date(2024, 4, 6, 7, 8, 10);
export type Content = string | { readonly text: string; readonly mode: number };

export async function zipOf(files: Readonly<Record<string, Content>>, comment = ''): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, content] of Object.entries(files)) {
    const { text, mode } = typeof content === 'string' ? { text: content, mode: 0o100644 } : content;
    if (name.endsWith('/')) zip.addEmptyDirectory(name, { mtime: modified });
    else {
      const bytes = Buffer.from(text);
      const options = { mode, mtime: modified, forceDosTimestamp: true, size: bytes.length };
      // Buffers would all be packed at once, with 256 KiB for each.
      zip.addReadStreamLazy(name, options, (ready) => ready(null, Readable.from([bytes])));
    }
  }
  zip.end({ forceZip64Format: false, comment });
  return buffer(zip.outputStream);
}
export const put = async (files: Readonly<Record<string, Content>>, comment?: string) =>
  writeFileSync(path, await zipOf(files, comment));
export const remoteAt = (options: Partial<ZipOptions> = {}): Remote =>
  createZipRemote({ path, subPath: null, ...options });

export async function contents(remote = remoteAt()): Promise<Record<string, string>> {
  const { files } = await remote.list();
  const found: Record<string, string> = {};
  for await (const { file, bytes } of remote.read(files)) found[file.path] = `${file.mode} ${Buffer.from(bytes)}`;
  return found;
}
export const problemsOf = async (remote = remoteAt()) =>
  (await remote.list()).problems.map(({ path: where, code }) => `${code} ${where}`).sort();

export const entry = (text: string, mode: Mode = '100644') => ({ digest: digestOf(Buffer.from(text)), mode });
export const after = (text: string, mode: Mode = '100644') => ({ bytes: Buffer.from(text), mode });
export const request = (parent: string | null, files: WriteRequest['documents'][number]['files']): WriteRequest => ({
  parent,
  documents: [{ path: 'document', files }],
  message: 'Change',
  author: { name: 'A', email: 'a@example.org' },
  date: new Date(2025, 0, 1),
});
export async function write(
  files: WriteRequest['documents'][number]['files'],
  remote = remoteAt(),
): Promise<Published | null> {
  const { head } = await remote.list();
  const prepared = await remote.prepare(request(head, files));
  return prepared && remote.publish(prepared);
}

/** The archive with one name or content in place of another of the same length, wherever it stands. */
export function replaced(bytes: Buffer, from: string, to: string): Buffer {
  const result = Buffer.from(bytes);
  const [a, b] = [Buffer.from(from), Buffer.from(to)];
  for (let at = result.indexOf(a); at >= 0; at = result.indexOf(a, at + 1)) b.copy(result, at);
  return result;
}
