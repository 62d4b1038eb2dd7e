import { fetch as undiciFetch } from 'undici';
import { checkUrl, NetworkRefusal, type Resolve, resolveWithSystem } from './network.ts';
import { noProxies, outgoingAgent, type Proxies } from './outgoing-agent.ts';
import type { NetworkPolicy } from './sandbox.ts';

const connectTimeoutMs = 10_000;

/**
 * The platform's fetch that connects to nothing a policy does not allow: names are resolved once, and what was checked is
 * what is connected to. Redirects are the caller's: asked for with `manual`, each hop is judged. Throws NetworkRefusal.
 */
export function guardedFetch(
  policy: NetworkPolicy,
  resolve: Resolve = resolveWithSystem,
  proxies: Proxies = noProxies,
): typeof fetch {
  const dispatcher = outgoingAgent({ policy, resolve, connectTimeoutMs, proxies });
  return (async (input: string | URL, init: Parameters<typeof undiciFetch>[1]) => {
    try {
      const url = new URL(input);
      checkUrl(url, policy);
      return await undiciFetch(url, { ...init, redirect: 'manual', dispatcher });
    } catch (error) {
      for (let at: unknown = error; at instanceof Error; at = at.cause) if (at instanceof NetworkRefusal) throw at;
      throw error;
    }
  }) as unknown as typeof fetch;
}
