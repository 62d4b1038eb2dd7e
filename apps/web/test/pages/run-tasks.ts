import type { Client } from '@ratchet/client/create-client';

/** Counts, slowly if asked, and writes a line for each step. */
export const counting = (client: Client) =>
  client.tasks.create({
    name: 'counting',
    sourceCode: `async function main(input, context) {
  for (let i = 0; i < input.count; i += 1) {
    console.log('step ' + i + ' of ' + input.count);
    if (i === 1) console.warn('the second step');
    context.progress((i + 1) / input.count, 'step ' + i);
    if (input.pause) await new Promise((done) => setTimeout(done, input.pause));
  }
  return { counted: input.count };
}
`,
    inputSchema: {
      type: 'object',
      properties: { count: { type: 'integer', title: 'Count' }, pause: { type: 'integer', title: 'Pause' } },
      required: ['count'],
    },
  });

/** Fails at its second line. */
export const failing = (client: Client) =>
  client.tasks.create({
    name: 'failing',
    sourceCode: `function reach(value) {
  return value.missing.deep;
}
function main(input) {
  console.error('about to fail');
  return reach(input);
}
`,
    inputSchema: { type: 'object' },
  });

/** Two files of TypeScript. */
export async function converting(client: Client) {
  const task = await client.tasks.create({
    name: 'converting',
    sourceType: 'typescript',
    sourceCode: `// A comment that is stripped
import { convert, type Rate } from './rates.ts';

export default async function main(input: { amount: number }): Promise<number> {
  const rate: Rate = { per: 2 };
  const result: number = convert(input.amount, rate);
  console.log('converted', result);
  return result;
}
`,
    inputSchema: {
      type: 'object',
      properties: { amount: { type: 'number', title: 'Amount' } },
      required: ['amount'],
    },
  });
  await client.tasks.putFile({
    id: task.id,
    path: 'rates.ts',
    encoding: 'utf8',
    content: `export interface Rate {
  per: number;
}

export function convert(amount: number, rate: Rate): number {
  const exact: number = amount * rate.per;
  return exact;
}
`,
  });
  return task;
}
