import type { Locator, Page } from 'playwright-core';

/** Times between frames in milliseconds, the shortest first. */
export type Frames = readonly number[];

const frameCount = 240;
const stepPx = 240;

/** Scrolls what is around an element, or the element itself, a little in every frame, and answers how long each took. */
export const scrollFrames = (target: Locator): Promise<Frames> =>
  target.evaluate(
    async (element, { frameCount, stepPx }) => {
      let scroller: Element = element;
      const scrolls = (each: Element) => /auto|scroll/.test(getComputedStyle(each).overflowY);
      while (scroller.parentElement && !(scrolls(scroller) && scroller.scrollHeight > scroller.clientHeight))
        scroller = scroller.parentElement;
      const frames: number[] = [];
      let before = await new Promise(requestAnimationFrame);
      for (let frame = 0; frame < frameCount; frame++) {
        scroller.scrollTop += stepPx;
        const now = await new Promise(requestAnimationFrame);
        frames.push(now - before);
        before = now;
      }
      if (scroller.scrollTop === 0) throw new Error('Nothing scrolled.');
      return frames.sort((a, b) => a - b);
    },
    { frameCount, stepPx },
  );

/** The same of a page with nothing on it, for what the machine can do just now. */
export async function emptyFrames(page: Page): Promise<Frames> {
  await page.setContent(
    '<div id="all" style="height: 100vh; overflow-y: auto"><div style="height: 200000px"></div></div>',
  );
  return scrollFrames(page.locator('#all'));
}

export const share = (frames: Frames, part: number): number => frames[Math.floor((frames.length - 1) * part)] ?? 0;
