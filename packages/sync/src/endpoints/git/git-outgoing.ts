import type { GitUrl } from './git-url.ts';

/** How git reaches other machines. */
export interface GitOutgoing {
  /**
   * Judges where a host stands before each command, and answers the addresses it may be reached at: git connects to these
   * and asks no resolver itself. Throws EndpointError. Without it git goes where names lead.
   */
  readonly addressesOf?: (host: string, port: number) => Promise<readonly string[]>;
  /** Proxies for HTTP, as libcurl's variables name them. They resolve names themselves. */
  readonly proxies?: Readonly<Partial<Record<'http_proxy' | 'https_proxy' | 'no_proxy', string>>>;
}

/** What holds a command to the addresses that were judged. */
export interface Pinned {
  /** The address of the repository as git is given it. */
  readonly address: string;
  readonly config: readonly (readonly [string, string])[];
  readonly variables: Readonly<Record<string, string>>;
  readonly sshOptions: readonly string[];
}

const usualPorts: Readonly<Record<string, number>> = { 'https:': 443, 'http:': 80, 'ssh:': 22, 'git:': 9418 };

/** Throws what `addressesOf` throws. */
export async function pinned(url: GitUrl, outgoing: GitOutgoing | undefined): Promise<Pinned> {
  const { address, transport } = url;
  const free: Pinned = { address, config: [], variables: {}, sshOptions: [] };
  if (transport === 'file' || !outgoing?.addressesOf) return free;
  const { host, port, isUsual } = placeOf(address);
  const found = await outgoing.addressesOf(host, port);
  const bracketed = found.map((each) => (each.includes(':') ? `[${each}]` : each));
  const [first = ''] = found;
  if (transport === 'http') {
    // A redirect would lead to where nobody looked.
    const config: [string, string][] = [['http.followRedirects', 'false']];
    if (!host.includes(':')) config.push(['http.curloptResolve', `${host}:${port}:${bracketed.join(',')}`]);
    return { ...free, config };
  }
  if (transport === 'ssh') {
    const alias = isUsual ? host : `[${host}]:${port}`;
    return { ...free, sshOptions: [`HostName=${first}`, `HostKeyAlias=${alias}`, 'CheckHostIP=no'] };
  }
  const { pathname } = new URL(address);
  return {
    ...free,
    address: `git://${bracketed[0]}:${port}${pathname}`,
    variables: { GIT_OVERRIDE_VIRTUAL_HOST: isUsual ? host : `${host}:${port}` },
  };
}

function placeOf(address: string): { host: string; port: number; isUsual: boolean } {
  const url = URL.parse(address);
  if (url?.host) {
    const usual = usualPorts[url.protocol] ?? 0;
    const port = url.port === '' ? usual : Number(url.port);
    return { host: url.hostname.replace(/^\[|\]$/g, ''), port, isUsual: port === usual };
  }
  const host = /^(?:[^@/]+@)?(\[[^\]]+\]|[^:]+):/.exec(address)?.[1] ?? '';
  return { host: host.replace(/^\[|\]$/g, ''), port: 22, isUsual: true };
}
