import type { EntityHandlers } from '../handler.ts';
import { endpointReference } from './endpoint-reference.ts';
import { pageText, sectionsOf, titleOf } from './pages.ts';

const guide = (title: string, text: string) => ({ title, text, sections: sectionsOf(text) });
const page = (name: string) => guide(titleOf(pageText(name)), pageText(name));

/** Documentation made of the same table as the surfaces, and of the pages beside this file. */
export const guideHandlers = (): EntityHandlers<'guides'> => ({
  endpointReference: {
    async handle(filter) {
      const { title, text } = endpointReference(filter);
      return guide(title, text);
    },
  },
  integration: { handle: async ({ language }) => page(`integration-${language}`) },
  walkthrough: { handle: async ({ topic }) => page(`walkthrough-${topic}`) },
});
