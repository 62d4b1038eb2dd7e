import { guardedFetch } from '@ratchet/sandbox/guarded-fetch';
import { NetworkRefusal } from '@ratchet/sandbox/network';
import { EndpointError } from '@ratchet/sync/problem';
import type { Settings } from './settings.ts';

const everyAddress = ['0.0.0.0/0', '::/0'];

/** What asks registries over HTTP: only people who manage repositories name their addresses, so private ones may be. */
export function registryFetch({ registryPrivateNetworks }: Pick<Settings, 'registryPrivateNetworks'>): typeof fetch {
  const ask = guardedFetch({ allow: null, allowPrivate: registryPrivateNetworks ? everyAddress : [] });
  return async (input, init) => {
    try {
      return await ask(input, init);
    } catch (error) {
      if (!(error instanceof NetworkRefusal)) throw error;
      throw new EndpointError(
        'misconfigured',
        'The address of the registry is not a public one, and this server may reach no others. Name another address, or start it with RATCHET_REGISTRY_ALLOW_PRIVATE_NETWORKS=true.',
        false,
        { cause: error },
      );
    }
  };
}
