import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { guardedFetch } from '@ratchet/sandbox/guarded-fetch';
import { checkedAddresses, NetworkRefusal, type Resolve, resolveWithSystem } from '@ratchet/sandbox/network';
import type { Proxies } from '@ratchet/sandbox/outgoing-agent';
import type { GitOutgoing } from '@ratchet/sync/endpoints/git/git-outgoing';
import { EndpointError } from '@ratchet/sync/problem';
import type { Settings } from './settings.ts';

const everyAddress = ['0.0.0.0/0', '::/0'];
const mostRedirects = 5;

/** The ways out to repositories, registries and forges, all under the same rules. */
export interface Outgoing {
  /** Asks registries. Redirects are the caller's: each hop is judged anew. */
  readonly fetch: typeof fetch;
  /** Asks forges: follows redirects within the origin that was asked, so that no credential goes elsewhere. */
  readonly forgeFetch: typeof fetch;
  readonly git: GitOutgoing;
  /** Throws EndpointError where an address may not be asked, before a library tries it again and again. */
  check(url: string): Promise<void>;
}

export const proxiesOf = ({ http }: Pick<Settings, 'http'>): Proxies => ({
  http: http.proxy,
  https: http.httpsProxy ?? http.proxy,
  no: http.noProxy,
});

/** Only people who manage repositories name their addresses, so private ones may be, unless the configuration says no. */
export function outgoing(
  { registry, http }: Pick<Settings, 'registry' | 'http'>,
  resolve: Resolve = resolveWithSystem,
): Outgoing {
  const policy = { allow: null, allowPrivate: registry.allowPrivateNetworks ? everyAddress : [] };
  const proxies = proxiesOf({ http });
  const ask = guardedFetch(policy, resolve, proxies);

  const send: typeof fetch = async (input, init) => {
    try {
      return await ask(input, init);
    } catch (error) {
      throw error instanceof NetworkRefusal ? refused(error) : error;
    }
  };

  async function addressesOf(host: string, port: number): Promise<string[]> {
    try {
      const found = await checkedAddresses(host, String(port), policy, resolve);
      return found.map(({ address }) => address);
    } catch (error) {
      if (error instanceof NetworkRefusal) throw refused(error);
      throw new EndpointError('unreachable', 'The name of the host leads to no address.', true, { cause: error });
    }
  }

  return {
    fetch: send,
    forgeFetch: withinOrigin(send),
    git: {
      proxies: {
        ...(proxies.http ? { http_proxy: proxies.http } : {}),
        ...(proxies.https ? { https_proxy: proxies.https } : {}),
        ...(proxies.no.length > 0 ? { no_proxy: proxies.no.join(',') } : {}),
      },
      ...(registry.allowPrivateNetworks
        ? {}
        : {
            async addressesOf(host: string, port: number) {
              await refuseOldGit();
              return addressesOf(host, port);
            },
          }),
    },
    async check(url) {
      if (registry.allowPrivateNetworks) return;
      const { hostname, port, protocol } = new URL(url);
      await addressesOf(hostname.replace(/^\[|\]$/g, ''), Number(port) || (protocol === 'https:' ? 443 : 80));
    },
  };
}

const refused = (cause: unknown): EndpointError =>
  new EndpointError(
    'misconfigured',
    'The address is not a public one, and this server may reach no others. Name another address, or start it with RATCHET_REGISTRY_ALLOW_PRIVATE_NETWORKS=true.',
    false,
    { cause },
  );

/** Follows redirects as long as they stay with whom was asked. */
const withinOrigin =
  (send: typeof fetch): typeof fetch =>
  async (input, init) => {
    let url = new URL(input instanceof Request ? input.url : input);
    let asked = init;
    for (let hop = 0; ; hop++) {
      const answer = await send(url, { ...asked, redirect: 'manual' });
      const location = answer.headers.get('location');
      if (location === null || ![301, 302, 303, 307, 308].includes(answer.status)) return answer;
      await answer.body?.cancel();
      const next = URL.parse(location, url.href);
      if (next?.origin !== url.origin || hop === mostRedirects)
        throw new EndpointError('misconfigured', 'The forge redirects to another server. Name that one.', false);
      const method = (asked?.method ?? 'GET').toUpperCase();
      if ((answer.status === 303 && method !== 'HEAD') || (answer.status <= 302 && method === 'POST')) {
        const { body: _, ...rest } = asked ?? {};
        asked = { ...rest, method: 'GET' };
      }
      url = next;
    }
  };

const run = promisify(execFile);
let gitVersion: Promise<string> | null = null;

/** Git holds to the addresses that were judged from 2.37 on. */
async function refuseOldGit(): Promise<void> {
  gitVersion ??= run('git', ['--version']).then(({ stdout }) => stdout);
  const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(await gitVersion)?.map(Number) ?? [];
  if (major > 2 || (major === 2 && minor >= 37)) return;
  throw new EndpointError(
    'misconfigured',
    'registry.allow_private_networks: false needs git 2.37 or newer. Install one, or allow private networks.',
    false,
  );
}
