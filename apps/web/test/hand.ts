import type { Locator, Page } from 'playwright-core';

/** How a person works a page: with a pointer, or with the keyboard alone. */
export interface Hand {
  /** A button, a link, a tab, a row. */
  press(target: Locator): Promise<void>;
  /** One of several, or a box to tick. */
  choose(target: Locator): Promise<void>;
  /** Puts a text in place of what a field or an editor holds. */
  write(target: Locator, text: string): Promise<void>;
}

export const pointer = (page: Page): Hand => ({
  press: (target) => target.click(),
  choose: (target) => target.check(),
  async write(target, text) {
    await target.click();
    await replaceText(page, text);
  },
});

/** Comes to everything by Tab, and within what takes one stop of it by the arrows, as its role promises. */
export const keyboard = (page: Page): Hand => ({
  async press(target) {
    await reach(page, target);
    await page.keyboard.press('Enter');
  },
  async choose(target) {
    await reach(page, target);
    if (!(await target.isChecked())) await page.keyboard.press('Space');
  },
  async write(target, text) {
    await reach(page, target);
    await replaceText(page, text);
  },
});

async function replaceText(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

/** More stops than any page has. */
const mostStops = 250;
type Next = 'here' | 'Tab' | 'ArrowDown' | 'ArrowRight' | 'Escape';

async function reach(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  const stops: string[] = [];
  for (let stop = 0; stop < mostStops; stop++) {
    const [next, at] = await target.evaluate(nextKey);
    if (next === 'here') return;
    stops.push(at);
    await page.keyboard.press(next);
    // In an editor Tab indents until Escape was pressed.
    if (next === 'Escape') await page.keyboard.press('Tab');
  }
  throw new Error(`The keyboard does not lead to ${target}. The last stops: ${stops.slice(-25).join(' | ')}`);
}

/** What to press to come nearer, and where the focus is. */
function nextKey(target: Element): [Next, string] {
  const active = document.activeElement ?? document.body;
  const name = (active.getAttribute('aria-label') ?? active.textContent ?? '').trim().slice(0, 40);
  const at = `${active.getAttribute('role') ?? active.tagName.toLowerCase()} ${name}`;
  if (active === target) return ['here', at];
  const within = (selector: string) => {
    const group = active.closest(selector);
    return group !== null && group !== active && group.contains(target);
  };
  if (within('[role="tablist"], [role="toolbar"]')) return ['ArrowRight', at];
  if (within('[role="radiogroup"], [role="grid"], [role="listbox"], [role="menu"], [role="tree"]'))
    return ['ArrowDown', at];
  // Of a table's rows one is a stop; the arrows lead to the others.
  const row = active.closest('[role="row"][tabindex]');
  if (row !== null && !row.contains(target) && row.closest('[role="table"]')?.contains(target))
    return ['ArrowDown', at];
  return [active.closest('.cm-editor') ? 'Escape' : 'Tab', at];
}
