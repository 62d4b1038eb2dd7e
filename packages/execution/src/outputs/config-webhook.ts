import * as z from 'zod';
import { secretText, template } from './config-shape.ts';
import { contentShape } from './format.ts';

const headerName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'is not the name of a header.');
/** The client sets these, or the delivery does. */
const own = /^(host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|keep-alive|x-ratchet-.*)$/i;
/** The scheme and the host, up to where the path begins. */
const origin = /^https?:\/\/[^/?#\s{}@]+(?=$|[/?#])/i;
const oneLine = (text: string) => !/[\r\n\0]/.test(text);

export const WebhookConfig = z
  .strictObject({
    url: template(4000).refine(
      (url) => origin.test(url),
      'must begin with http:// or https:// and a host without templates, user name or password.',
    ),
    method: z.enum(['POST', 'PUT', 'PATCH']).default('POST'),
    headers: z.record(headerName, template(4000)).default({}),
    auth: z.enum(['none', 'bearer', 'basic', 'api_key']).default('none'),
    token: secretText().refine(oneLine, 'must be one line.').optional().describe('For bearer'),
    username: z.string().min(1).max(500).optional().describe('For basic'),
    password: secretText().optional().describe('For basic'),
    apiKey: secretText().refine(oneLine, 'must be one line.').optional().describe('For api_key'),
    apiKeyHeader: headerName.default('X-API-Key'),
    signingSecret: secretText()
      .optional()
      .describe('Signs timestamp.body with HMAC-SHA256 into X-Ratchet-Signature and X-Ratchet-Timestamp'),
    secrets: z
      .record(z.string().regex(/^[A-Za-z]\w{0,63}$/, 'must be a letter, then letters, digits or _.'), secretText())
      .optional()
      .describe('For {{secret.<name>}} in url and headers'),
    retryStatuses: z
      .array(z.int().min(300).max(599))
      .max(300)
      .optional()
      .describe('Answers after which it is sent again; without: 408, 425, 429 and 5xx'),
    ...contentShape('envelope', 0),
  })
  .superRefine((config, issues) => {
    const needs = { none: [], bearer: ['token'], basic: ['username', 'password'], api_key: ['apiKey'] } as const;
    for (const member of needs[config.auth])
      if (config[member] === undefined)
        issues.addIssue({ code: 'custom', path: [member], message: `is needed for auth ${config.auth}.` });
    for (const name of Object.keys(config.headers))
      if (own.test(name)) issues.addIssue({ code: 'custom', path: ['headers', name], message: 'is set by Ratchet.' });
    if (own.test(config.apiKeyHeader))
      issues.addIssue({ code: 'custom', path: ['apiKeyHeader'], message: 'is set by Ratchet.' });
    const plain = config.url.includes('{{') ? config.url.slice(0, config.url.indexOf('{{')) : config.url;
    if (origin.test(config.url) && !URL.canParse(plain))
      issues.addIssue({ code: 'custom', path: ['url'], message: 'is not an address.' });
  });
export type WebhookConfig = z.output<typeof WebhookConfig>;
