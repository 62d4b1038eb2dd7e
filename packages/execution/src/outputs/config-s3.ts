import * as z from 'zod';
import { secretText, template } from './config-shape.ts';
import { contentShape } from './format.ts';

export const S3Config = z
  .strictObject({
    endpoint: z
      .string()
      .max(2000)
      .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'must be an http or https address.')
      .refine((text) => !URL.parse(text)?.username, 'may not hold a user name.')
      .optional()
      .describe('Of a server that is not Amazon’s'),
    region: z.string().min(1).max(100).default('us-east-1'),
    bucket: z.string().regex(/^[A-Za-z0-9._-]{3,255}$/, 'is not the name of a bucket.'),
    forcePathStyle: z.boolean().default(false).describe('The bucket in the path, as most servers but Amazon’s want it'),
    key: template(1000).describe('The name of the object'),
    accessKeyId: z.string().min(1).max(200),
    secretAccessKey: secretText().optional(),
    sessionToken: secretText().optional(),
    contentType: z.string().max(200).optional().describe('Without: as the format has it'),
    ...contentShape('output', 2),
  })
  .superRefine(({ secretAccessKey, key }, issues) => {
    if (secretAccessKey === undefined)
      issues.addIssue({ code: 'custom', path: ['secretAccessKey'], message: 'is needed.' });
    if (key.split('/').some((part) => part === '..' || part === '.'))
      issues.addIssue({ code: 'custom', path: ['key'], message: 'must be without "." or "..".' });
  });
export type S3Config = z.output<typeof S3Config>;
