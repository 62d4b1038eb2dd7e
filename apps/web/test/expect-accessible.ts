import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** axe finds nothing serious or critical on the page as it is now, in light and in dark. */
export async function expectAccessible(page: Page): Promise<void> {
  const before = await page.evaluate(() => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
  const found: string[] = [];
  for (const colorScheme of before === 'light' ? (['light', 'dark'] as const) : (['dark', 'light'] as const)) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await seriousOf(page)).map((line) => `${colorScheme}: ${line}`));
  }
  await page.emulateMedia({ colorScheme: before });
  expect(found, `what axe finds at ${page.url()}`).toEqual([]);
}

async function seriousOf(page: Page): Promise<string[]> {
  // What moves or fades is judged when it has arrived.
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(tags).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary, target }) =>
        [`${id} (${help}) at ${target.join(' ')}`, html.slice(0, 300), failureSummary].join('\n  '),
      ),
    );
}
