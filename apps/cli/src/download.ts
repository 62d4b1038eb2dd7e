import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RatchetError } from '@ratchet/contract/errors';
import type { Io } from './context.ts';
import { savedSignIns } from './saved-sign-ins.ts';
import { signedInFetch } from './signed-in-fetch.ts';

export interface Download {
  readonly server: string;
  /** Under `/api/v1`. */
  readonly path: string;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
}

/** Keeps what a server gives out in a file that only its owner may read, written whole or not at all. */
export async function download(io: Io, file: string, { server, path, token, signal }: Download): Promise<void> {
  const ask = token ? fetch : signedInFetch(server, savedSignIns(io.env));
  const response = await ask(`${server.replace(/\/$/, '')}/api/v1${path}`, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
    signal,
  });
  if (!response.ok || !response.body) {
    const said = (await response.json().catch(() => null)) as { code?: string; message?: string } | null;
    throw new RatchetError('UNAVAILABLE', said?.message ?? `The server answered ${response.status} for the file.`);
  }
  const draft = `${file}.${process.pid}.part`;
  try {
    await pipeline(Readable.from(response.body), createWriteStream(draft, { flags: 'wx', mode: 0o600 }));
    const handle = await open(draft, 'r+');
    await handle.sync().finally(() => handle.close());
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
