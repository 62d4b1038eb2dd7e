import type { Config } from '@ratchet/contract/entities/config';
import type * as z from 'zod';
import type { EntityHandlers } from './handler.ts';

type View = z.output<typeof Config>;

/** What keeps the configuration: the server's own, since only it reads files and environment. */
export interface ConfigurationDesk {
  get(): Promise<View>;
  update(changes: Readonly<Record<string, unknown>>, expectedRevision?: number): Promise<View>;
}

export const configHandlers = (desk: ConfigurationDesk): EntityHandlers<'config'> => ({
  get: { handle: () => desk.get() },
  update: { handle: ({ changes, expectedRevision }) => desk.update(changes, expectedRevision) },
});
