import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createHttpFileServer,
  type HttpFileServer,
  type HttpFileServerOptions,
} from '@ratchet/testing/http-file-server';
import { afterEach, beforeEach } from 'vitest';
import { digestOf } from '../src/digest.ts';
import { createHttpRemote, type HttpOptions } from '../src/endpoints/http/http-remote.ts';
import type { FileWrite, Published, Remote } from '../src/remote.ts';

/** Anew for each test. */
export let journalDir: string;
const servers: HttpFileServer[] = [];
beforeEach(() => {
  journalDir = mkdtempSync(join(tmpdir(), 'ratchet-http-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  rmSync(journalDir, { recursive: true, force: true });
});

export async function serve(files: Readonly<Record<string, string>>, options: HttpFileServerOptions = {}) {
  const server = await createHttpFileServer(options);
  servers.push(server);
  for (const [path, text] of Object.entries(files)) server.put(path, text);
  return server;
}
export const remoteAt = (server: HttpFileServer, options: Partial<HttpOptions> = {}): Remote =>
  createHttpRemote({ url: server.url, journalDir, timeoutMs: 1000, ...options });

export async function contents(remote: Remote): Promise<Record<string, string>> {
  const { files } = await remote.list();
  const found: Record<string, string> = {};
  for await (const { file, bytes } of remote.read(files)) found[file.path] = Buffer.from(bytes).toString();
  return found;
}
export const entry = (text: string) => ({ digest: digestOf(Buffer.from(text)), mode: '100644' as const });
export const after = (text: string) => ({ bytes: Buffer.from(text), mode: '100644' as const });
export async function write(remote: Remote, files: readonly FileWrite[]): Promise<Published | null> {
  const { head } = await remote.list();
  const prepared = await remote.prepare({
    parent: head,
    documents: [{ path: 'document', files }],
    message: 'Change',
    author: { name: 'A', email: 'a@example.org' },
    date: new Date(0),
  });
  return prepared && remote.publish(prepared);
}
