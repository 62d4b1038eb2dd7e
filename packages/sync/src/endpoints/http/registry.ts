import type { HttpClient } from './http-client.ts';
import type { RegistryIndex } from './registry-index.ts';

/** An index as it is now, where it stands, and the strong ETag that a write of it can rest on. */
export interface FoundIndex {
  readonly index: RegistryIndex;
  readonly at: URL;
  readonly tag: string | null;
}

/** What all parts of the endpoint need. */
export interface Registry {
  readonly ask: HttpClient;
  /** The address of a file. */
  readonly addressOf: (path: string) => URL;
  readonly index: (signal?: AbortSignal) => Promise<FoundIndex>;
}

export const indexLimit = 128 * 1024 * 1024;
export const fileLimit = 64 * 1024 * 1024;

export const digestToken = (digest: string): string => `sha256:${digest}`;

/** An ETag says something about its own address only. */
export const tagToken = (url: URL, tag: string): string => `etag:${url.href} ${opaque(tag)}`;

/** What an ETag says, strong or weak, in whichever spelling. */
export const opaque = (tag: string): string => tag.replace(/^W\//, '').replace(/^"(.*)"$/, '$1');
