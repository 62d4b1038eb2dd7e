import { expect } from 'vitest';
import type { Requirement } from '../requirement.ts';
import { nobody } from '../world.ts';

/** Backups that a server keeps. */
export const backupRequirements: readonly Requirement[] = [
  {
    id: 'backups.create.kept',
    says: 'A backup is made while the server works, is listed with what is in it, and goes when it is deleted',
    cites: ['backups.create', 'backups.get', 'backups.list', 'backups.delete'],
    async run({ call, refused, newTask }) {
      await newTask();
      const made = await call('backups.create', {});
      expect(made.rows).toBeGreaterThan(0);
      expect(made.size).toBeGreaterThan(1000);
      expect(made.fileName).toMatch(/^ratchet-\d{8}-\d{6}\.zip$/);
      expect(await call('backups.get', { id: made.id })).toEqual(made);
      const { items } = await call('backups.list', {});
      expect(items).toContainEqual(made);
      await call('backups.delete', { id: made.id });
      expect((await refused('backups.get', { id: made.id })).code).toBe('NOT_FOUND');
      expect((await call('backups.list', {})).items.map(({ id }) => id)).not.toContain(made.id);
    },
  },
  {
    id: 'backups.get.unknown',
    says: 'A backup that is not there is not found, whatever is asked of it',
    cites: ['backups.get', 'backups.delete'],
    async run({ refused }) {
      for (const name of ['backups.get', 'backups.delete'] as const)
        expect((await refused(name, { id: nobody })).code).toBe('NOT_FOUND');
    },
  },
];
