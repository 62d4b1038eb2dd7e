import { createSandbox } from '@ratchet/sandbox/create-sandbox';
import type { DebuggableSandbox } from '@ratchet/sandbox/debug/open-debug-run';
import type { Settings } from './settings.ts';

/** The sandbox as a server runs it. */
export const serverSandbox = ({ runners }: Pick<Settings, 'runners'>): DebuggableSandbox =>
  createSandbox({ runners, runsPerRunner: 5000, memoryBoundMb: 512 });
