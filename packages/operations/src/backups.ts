import type { Caller } from '@ratchet/contract/dispatcher';
import type { Backup } from '@ratchet/contract/entities/backup';
import type { EntityHandlers } from './handler.ts';

/** What keeps backups: the server's own, since they are files of its data folder. */
export interface BackupDesk {
  list(): Promise<Backup[]>;
  create(options: Pick<Caller, 'progress' | 'signal'>): Promise<Backup>;
  get(id: string): Promise<Backup>;
  remove(id: string): Promise<void>;
}

export const backupHandlers = (desk: BackupDesk): EntityHandlers<'backups'> => ({
  list: { handle: async () => ({ items: await desk.list() }) },
  create: { handle: (_input, caller) => desk.create(caller) },
  get: { handle: ({ id }) => desk.get(id) },
  delete: { handle: ({ id }) => desk.remove(id) },
});
