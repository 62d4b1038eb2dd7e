import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { createCheckedLookup, type Resolve } from './network.ts';
import type { NetworkPolicy } from './sandbox.ts';

/** Proxies on the way out. They resolve the names; addresses that are written out are judged here all the same. */
export interface Proxies {
  /** For http:// addresses. */
  readonly http: string | null;
  /** For https:// addresses. */
  readonly https: string | null;
  /** Hosts that are reached without one, such as `.example.org`; `*` for all. */
  readonly no: readonly string[];
}

export const noProxies: Proxies = { http: null, https: null, no: [] };

export interface OutgoingOptions {
  readonly policy: NetworkPolicy;
  readonly resolve: Resolve;
  readonly connectTimeoutMs: number;
  readonly proxies?: Proxies;
  /** Certificates of authorities to trust besides the system's, PEM. */
  readonly ca?: readonly string[];
}

/** Connections to what a policy allows and nothing else: a name is resolved once, and what was checked is connected to. */
export function outgoingAgent(options: OutgoingOptions): Dispatcher {
  const { policy, resolve, connectTimeoutMs, proxies = noProxies } = options;
  const tls = options.ca === undefined ? {} : { ca: [...options.ca] };
  const connect: buildConnector.connector = (target, done) => {
    const port = target.port || (target.protocol === 'https:' ? '443' : '80');
    const lookup = createCheckedLookup(policy, port, resolve);
    buildConnector({ ...tls, lookup, timeout: connectTimeoutMs, allowH2: false })(target, done);
  };
  const patience = { headersTimeout: 0, bodyTimeout: 0 };
  if (proxies.http === null && proxies.https === null) return new Agent({ connect, ...patience });
  return new EnvHttpProxyAgent({
    connect,
    ...patience,
    requestTls: tls,
    // Empty, so that the process's own environment is not asked.
    httpProxy: proxies.http ?? '',
    httpsProxy: proxies.https ?? '',
    noProxy: proxies.no.join(','),
  });
}
