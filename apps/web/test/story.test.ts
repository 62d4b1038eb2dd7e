import { it } from 'vitest';
import { pointer } from './hand.ts';
import { openPage } from './harness.ts';
import { playStory, storyFiles } from './main-story.ts';

it('tells the whole story, from signing in to rolling back', { timeout: 300_000 }, async () => {
  const opened = await openPage({ auth: 'password', signedIn: false, files: storyFiles });
  await playStory(opened, pointer(opened.page));
});
