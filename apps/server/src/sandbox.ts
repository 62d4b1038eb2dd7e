import { createSandbox } from '@ratchet/sandbox/create-sandbox';
import type { Sandbox } from '@ratchet/sandbox/sandbox';
import type { Settings } from './settings.ts';

/** The sandbox as a server runs it. */
export const serverSandbox = ({ runners }: Pick<Settings, 'runners'>): Sandbox =>
  createSandbox({ runners, runsPerRunner: 5000, memoryBoundMb: 512 });
