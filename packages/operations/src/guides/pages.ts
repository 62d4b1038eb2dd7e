import { readFileSync } from 'node:fs';
import { operations } from '@ratchet/contract/operations/table';
import { endpointReference } from './endpoint-reference.ts';
import { callOf } from './example-calls.ts';

export interface GuidePage {
  /** Names the page in addresses, such as `walkthrough-first_task`. */
  readonly name: string;
  readonly title: string;
  /** Markdown. */
  readonly text: () => string;
}

export const languages = ['curl', 'javascript', 'python', 'mcp'] as const;
export const topics = ['first_task', 'repository', 'conflict', 'schedule', 'debug'] as const;

const texts = new Map<string, string>();

/** The page of a file beside this one, with every call in it as REST and as an MCP tool call. */
export function pageText(name: string): string {
  const text = texts.get(name) ?? withCalls(readFileSync(new URL(`${name}.md`, import.meta.url), 'utf8'));
  texts.set(name, text);
  return text;
}

const call = /^```call\n(\S+) (.*)\n```$/gm;

/** The calls of a page, in order. */
export const callsOf = (name: string): { operation: string; input: Record<string, unknown> }[] =>
  [...readFileSync(new URL(`${name}.md`, import.meta.url), 'utf8').matchAll(call)].map(
    ([, operation = '', input = '{}']) => ({
      operation,
      input: JSON.parse(input),
    }),
  );

const withCalls = (text: string): string =>
  text.replace(call, (_, name: string, input: string) => {
    const operation = operations.find((one) => one.name === name);
    if (!operation) throw new Error(`A guide calls ${name}, which is no operation.`);
    const of = (surface: 'rest' | 'mcp') => callOf(operation, surface, JSON.parse(input));
    return `\`\`\`sh\n${of('rest')?.text}\n\`\`\`\n\n\`\`\`json\n${of('mcp')?.text}\n\`\`\``;
  });

export const titleOf = (text: string): string => /^# (.+)$/m.exec(text)?.[1] ?? '';

/** Headings of the second level, outside of code, under the names that addresses use. */
export const sectionsOf = (text: string): { id: string; title: string }[] =>
  [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^## (.+)$/gm)].map(([, title = '']) => ({
    id: title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, ''),
    title,
  }));

/** Every page there is, for whoever serves documents. */
export function guidePages(): readonly GuidePage[] {
  const files = [
    ...languages.map((language) => `integration-${language}`),
    ...topics.map((topic) => `walkthrough-${topic}`),
  ];
  const entities = [...new Set(operations.map(({ name }) => name.slice(0, name.indexOf('.'))))];
  return [
    ...files.map((name) => ({ name, title: titleOf(pageText(name)), text: () => pageText(name) })),
    { name: 'endpoint-reference', title: 'Operations', text: () => endpointReference({}).text },
    ...entities.map((entity) => ({
      name: `endpoint-reference-${entity}`,
      title: `Operations on ${entity}`,
      text: () => endpointReference({ entity }).text,
    })),
  ];
}
