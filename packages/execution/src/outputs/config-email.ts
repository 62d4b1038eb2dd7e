import * as z from 'zod';
import { host, port, secretText, template, tlsShape } from './config-shape.ts';
import { contentShape } from './format.ts';

const addresses = z.array(template(500)).max(100);

export const EmailConfig = z
  .strictObject({
    host,
    port: port.optional().describe('587, with tls 465'),
    ...tlsShape,
    startTls: z
      .enum(['require', 'if_offered', 'never'])
      .default('require')
      .describe('Without tls: whether the connection turns to TLS before anyone signs in'),
    username: z.string().min(1).max(500).optional(),
    password: secretText().optional(),
    from: template(500),
    to: addresses.min(1),
    cc: addresses.default([]),
    bcc: addresses.default([]),
    replyTo: template(500).optional(),
    subject: template(500).default('{{task.name}}: {{execution.status}}'),
    body: z.string().max(100_000).default('Task {{task.name}} ended: {{execution.status}}.\n\n{{json output}}\n'),
    html: z.string().max(200_000).optional().describe('The body for mail programs that show HTML'),
    attachment: template(200).optional().describe('The name of a file with the output in it; without, there is none'),
    ...contentShape('output', 2),
  })
  .superRefine(({ username, password }, issues) => {
    if ((username === undefined) !== (password === undefined))
      issues.addIssue({ code: 'custom', path: ['password'], message: 'goes with username.' });
  });
export type EmailConfig = z.output<typeof EmailConfig>;
