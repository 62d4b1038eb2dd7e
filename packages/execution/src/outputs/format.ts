import { stringify } from 'yaml';
import * as z from 'zod';
import { unfit } from './delivery-error.ts';
import { csvText } from './format-csv.ts';
import { contentOf, type Message } from './message.ts';

const formats = ['json', 'yaml', 'csv', 'raw'] as const;

/** The members of a configuration that say what is sent and how it is written. */
export const contentShape = <C extends 'output' | 'envelope'>(content: C, indent: number) => ({
  content: z
    .enum(['output', 'envelope'])
    .default(content)
    .describe('output: the output alone. envelope: with the task, the execution and the delivery'),
  format: z.enum(formats).default('json').describe('raw: a text as it is, anything else as JSON'),
  indent: z.int().min(0).max(8).default(indent).describe('Of JSON'),
  encoding: z.enum(['utf8', 'base64']).default('utf8').describe('base64: a raw text holds bytes'),
  delimiter: z.enum([',', ';', '\t', '|']).default(',').describe('Of CSV'),
  header: z.boolean().default(true).describe('Whether CSV begins with the names of its columns'),
  columns: z.array(z.string().min(1)).min(1).max(1000).optional().describe('Of CSV; without, every member there is'),
  guardFormulas: z
    .boolean()
    .default(true)
    .describe('Whether CSV texts that a spreadsheet would take for a formula get an apostrophe'),
});

export interface ContentOptions {
  readonly content: 'output' | 'envelope';
  readonly format: (typeof formats)[number];
  readonly indent: number;
  readonly encoding: 'utf8' | 'base64';
  readonly delimiter: string;
  readonly header: boolean;
  readonly columns?: readonly string[] | undefined;
  readonly guardFormulas: boolean;
}

export interface Body {
  readonly bytes: Buffer;
  readonly contentType: string;
}

const mediaTypes = {
  json: 'application/json',
  yaml: 'application/yaml',
  csv: 'text/csv; charset=utf-8',
} as const;

/** Writes a value. Throws a final DeliveryError where it does not fit the format. */
export function format(value: unknown, options: Omit<ContentOptions, 'content'>): Body {
  const { indent, encoding } = options;
  const text = (written: string, contentType: string): Body => ({ bytes: Buffer.from(written, 'utf8'), contentType });
  switch (options.format) {
    case 'json':
      return text(JSON.stringify(value ?? null, null, indent) + (indent > 0 ? '\n' : ''), mediaTypes.json);
    case 'yaml':
      return text(stringify(value ?? null, { aliasDuplicateObjects: false }), mediaTypes.yaml);
    case 'csv':
      return text(csvText(value, options), mediaTypes.csv);
    case 'raw':
      if (typeof value !== 'string') return text(JSON.stringify(value ?? null, null, indent), mediaTypes.json);
      if (encoding === 'utf8') return text(value, 'text/plain; charset=utf-8');
      return { bytes: fromBase64(value), contentType: 'application/octet-stream' };
  }
}

export const bodyOf = (message: Message, options: ContentOptions): Body =>
  format(contentOf(message, options.content), options);

function fromBase64(text: string): Buffer {
  const plain = text.replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(plain)) throw unfit('The output is not base64, as encoding says it is.');
  return Buffer.from(plain, 'base64');
}
