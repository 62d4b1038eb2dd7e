import { isAbsolute } from 'node:path';
import * as z from 'zod';
import { template } from './config-shape.ts';
import { contentShape } from './format.ts';

const permissions = (text: string) =>
  z
    .string()
    .regex(/^0?[0-7]{3}$/, 'must be three octal digits, such as 640.')
    .default(text);

export const FilesystemConfig = z
  .strictObject({
    root: z
      .string()
      .max(4000)
      .refine((path) => isAbsolute(path) && !path.includes('\0'), 'must be an absolute folder of the server.'),
    path: template().describe('Below root; folders are made as needed'),
    mode: z.enum(['write', 'append']).default('write').describe('append: JSON a line each, or CSV'),
    onCollision: z
      .enum(['overwrite', 'number', 'fail'])
      .default('overwrite')
      .describe('Where the file is there already. number: beside it, as name-1.json'),
    fileMode: permissions('640'),
    directoryMode: permissions('750'),
    ...contentShape('output', 2),
  })
  .superRefine(({ mode, format, path }, issues) => {
    if (mode === 'append' && format === 'yaml')
      issues.addIssue({ code: 'custom', path: ['format'], message: 'append takes json, csv or raw.' });
    const bad = path.startsWith('/') || path.endsWith('/') || path.split('/').some((part) => /^\.{0,2}$/.test(part));
    if (bad || path.includes('\\'))
      issues.addIssue({ code: 'custom', path: ['path'], message: 'must be a path below root, without "." or "..".' });
  });
export type FilesystemConfig = z.output<typeof FilesystemConfig>;
