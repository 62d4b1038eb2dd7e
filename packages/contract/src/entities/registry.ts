import * as z from 'zod';

const mode = z.enum(['100644', '100755', '120000', '160000']).describe('git file mode');

export const RegistryFile = z
  .object({
    path: z.string().describe('Relative to the registry, with /'),
    size: z.int(),
    digest: z.string().describe('sha256: and hexadecimal digits; the strong ETag of the file holds the same'),
    mode,
  })
  .meta({ id: 'RegistryFile', description: 'One file of a registry' });
export type RegistryFile = z.output<typeof RegistryFile>;

export const RegistryIndex = z
  .object({
    version: z.literal(1),
    head: z.string().describe('Names this state of everything'),
    writable: z.boolean(),
    changes: z.string().optional().describe('Where a set of changes is sent, all of it or nothing; relative'),
    files: z.array(RegistryFile),
  })
  .meta({ id: 'RegistryIndex', description: 'What an HTTP registry holds' });
export type RegistryIndex = z.output<typeof RegistryIndex>;

export const RegistryChanges = z
  .object({
    parent: z.string().nullable().optional().describe('Head that the changes were made against'),
    message: z.string().max(10_000).optional(),
    author: z.object({ name: z.string().max(200), email: z.string().max(200) }).optional(),
    files: z
      .array(
        z.object({
          path: z.string().max(4096),
          before: z.string().nullable().describe('Digest of the file that is replaced; null: there is none'),
          after: z
            .object({ content: z.string().describe('base64'), mode: mode.default('100644') })
            .nullable()
            .describe('null removes the file'),
        }),
      )
      .min(1)
      .max(100_000),
  })
  .meta({ id: 'RegistryChanges', description: 'Changes to files of a registry, made all or not at all' });
export type RegistryChanges = z.output<typeof RegistryChanges>;
