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
    await atRest(page, colorScheme);
    found.push(...(await seriousOf(page)).map((line) => `${colorScheme}: ${line}`));
  }
  await page.emulateMedia({ colorScheme: before });
  expect(found, `what axe finds at ${page.url()}`).toEqual([]);
}

/**
 * The page has heard of its colours, which it is told in a frame after the one that asked, and what moves or fades because of
 * them has arrived: nothing moves in two frames one after the other.
 */
async function atRest(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.waitForFunction((wanted) => {
    const root = document.documentElement;
    const chosen = localStorage.getItem('mantine-color-scheme-value') ?? 'auto';
    return root.dataset.mantineColorScheme === (chosen === 'auto' ? wanted : chosen);
  }, colorScheme);
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const moving = () =>
      document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    for (let still = 0; still < 2; ) {
      await frame();
      const now = moving();
      still = now.length === 0 ? still + 1 : 0;
      await Promise.allSettled(now.map(({ finished }) => finished));
    }
  });
}

async function seriousOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(tags).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary, target }) =>
        [`${id} (${help}) at ${target.join(' ')}`, html.slice(0, 300), failureSummary].join('\n  '),
      ),
    );
}
