import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PrismProxy, prismProxy } from '@ratchet/testing/prism-proxy';

/** A proxy that holds a server to its own OpenAPI document. */
export async function openApiProxy(upstream: string, folder: string): Promise<PrismProxy> {
  const document = join(folder, 'openapi.json');
  const response = await fetch(`${upstream}/api-docs/openapi.json`);
  writeFileSync(document, await response.text());
  return prismProxy(document, upstream);
}
