import { table } from '@ratchet/contract/operations/table';
import type { Ask, Topic } from './ask.ts';
import type { DocumentPages } from './options.ts';

const topics = table.guides.walkthrough.input.shape.topic.unwrap().options;
const walkthrough = 'walkthrough-';
const made = [
  { name: 'endpoint-reference', title: 'Every operation on every surface' },
  { name: 'integration', title: 'How an agent connects' },
  ...topics.map((topic) => ({ name: `${walkthrough}${topic}`, title: `Step by step: ${topic.replaceAll('_', ' ')}` })),
];

/** Pages that are written, and pages that are made from the table. */
export const documentList = (pages: DocumentPages | undefined): readonly { name: string; title: string }[] => [
  ...(pages?.list() ?? []),
  ...made,
];

/** Markdown; null: there is no such page. */
export async function readDocument(name: string, pages: DocumentPages | undefined, ask: Ask): Promise<string | null> {
  const written = pages?.read(name);
  if (typeof written === 'string') return written;
  if (name === 'endpoint-reference') return (await ask.guides.endpointReference()).text;
  if (name === 'integration') return (await ask.guides.integration()).text;
  const topic = topics.find((one) => name === `${walkthrough}${one}`);
  return topic ? (await ask.guides.walkthrough(topic satisfies Topic)).text : null;
}
