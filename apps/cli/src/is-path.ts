import { existsSync } from 'node:fs';

/** Whether what names a task is a path of this machine. */
export const isPath = (task: string): boolean => /^[./~]/.test(task) || (task.includes('/') && existsSync(task));
