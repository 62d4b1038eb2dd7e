import { createSandbox } from '@ratchet/sandbox/create-sandbox';
import type { DebuggableSandbox } from '@ratchet/sandbox/debug/open-debug-run';
import { noProxies, type Proxies } from '@ratchet/sandbox/outgoing-agent';

/** The sandbox as a server runs it. */
export const serverSandbox = (
  { runners }: { readonly runners: number },
  proxies: Proxies = noProxies,
): DebuggableSandbox => createSandbox({ runners, runsPerRunner: 5000, memoryBoundMb: 512, http: { proxies } });
