import * as z from 'zod';

export const Guide = z
  .object({
    title: z.string(),
    text: z.string().describe('Markdown'),
    sections: z.array(z.object({ id: z.string(), title: z.string() })),
  })
  .meta({ id: 'Guide', description: 'A page of documentation' });
