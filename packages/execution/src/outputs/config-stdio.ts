import * as z from 'zod';

export const StdioConfig = z.strictObject({ content: z.enum(['output', 'envelope']).default('envelope') });
export type StdioConfig = z.output<typeof StdioConfig>;
