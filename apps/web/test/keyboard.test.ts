import { it } from 'vitest';
import { keyboard } from './hand.ts';
import { openPage } from './harness.ts';
import { playStory, storyFiles } from './main-story.ts';

it('tells the whole story with the keyboard alone', { timeout: 600_000 }, async () => {
  const opened = await openPage({ auth: 'password', signedIn: false, files: storyFiles });
  await playStory(opened, keyboard(opened.page));
});
