import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** How a page looked, and what a screen reader was told. */
export interface Evidence {
  readonly url: string;
  readonly picture: Buffer | null;
  readonly snapshot: string;
}

export async function evidenceOf(page: Page): Promise<Evidence | null> {
  if (page.isClosed()) return null;
  const picture = await page.screenshot({ timeout: 5000 }).catch(() => null);
  const snapshot = await page
    .locator('body')
    .ariaSnapshot({ timeout: 5000 })
    .catch((error) => String(error));
  return { url: page.url(), picture, snapshot };
}

/** Keeps evidence of a test that failed and says where. */
export function keepEvidence(test: string, evidence: readonly (Evidence | null)[]): void {
  const folder = join(tmpdir(), 'ratchet-web-failures');
  mkdirSync(folder, { recursive: true });
  for (const [index, each] of evidence.entries()) {
    if (!each) continue;
    const name = join(folder, `${test.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 80)}-${process.pid}-${index + 1}`);
    if (each.picture) writeFileSync(`${name}.png`, each.picture);
    writeFileSync(`${name}.txt`, `${each.url}\n${each.snapshot}\n`);
    console.error(`"${test}" failed at ${each.url}: see ${name}.png and .txt`);
  }
}
