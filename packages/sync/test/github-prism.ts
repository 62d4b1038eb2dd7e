import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ForgeServer } from '@ratchet/testing/forge-server';
import { type PrismProxy, prismProxy } from '@ratchet/testing/prism-proxy';

/** GitHub's own OpenAPI document, down to the paths that are used, and its examples of answers. */
const spec = fileURLToPath(new URL('./fixtures/github-openapi.json', import.meta.url));

export interface ValidatingProxy extends PrismProxy {
  readonly examples: ForgeServer['examples'];
}

/** A proxy that holds a server to GitHub's document. */
export async function gitHubProxy(upstream: string): Promise<ValidatingProxy> {
  const { 'x-examples': examples } = JSON.parse(readFileSync(spec, 'utf8')) as {
    'x-examples': ForgeServer['examples'];
  };
  return { ...(await prismProxy(spec, upstream)), examples };
}
