export type ForgeType = 'github' | 'gitlab' | 'gitea';

/** Where a repository's pull requests are. */
export interface ForgePlace {
  readonly type: ForgeType;
  /** Root of the forge's API, without a slash at its end. */
  readonly apiUrl: string;
  /** `owner/name`; on GitLab groups may nest. */
  readonly project: string;
}

/** What is known of a repository: its address, and what its settings say where the address does not tell. */
export interface RepositoryPlace {
  readonly uri: string;
  readonly type?: ForgeType;
  readonly apiUrl?: string;
}

const known: Readonly<Record<string, ForgeType>> = {
  'github.com': 'github',
  'gitlab.com': 'gitlab',
  'codeberg.org': 'gitea',
  'gitea.com': 'gitea',
};

/** null: the address is of no forge that we know, and the settings name none. */
export function forgePlace({ uri, type, apiUrl }: RepositoryPlace): ForgePlace | null {
  const address = addressOf(uri);
  if (!address) return null;
  const { origin, host, path } = address;
  const project = path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  const kind = type ?? known[host.toLowerCase()];
  if (!kind || !/^[^/]+(\/[^/]+)+$/.test(project)) return null;
  return { type: kind, apiUrl: (apiUrl ?? apiOf(kind, host, origin)).replace(/\/+$/, ''), project };
}

/** `https://host/…`, `ssh://git@host/…` and `git@host:…`. */
function addressOf(uri: string): { origin: string; host: string; path: string } | null {
  const url = URL.parse(uri);
  if (url && /^(https?|ssh):$/.test(url.protocol)) {
    const origin = url.protocol === 'ssh:' ? `https://${url.hostname}` : url.origin;
    return { origin, host: url.hostname, path: url.pathname };
  }
  const scp = /^(?:[^@/:]+@)?([A-Za-z0-9][A-Za-z0-9.-]*):(?!\/\/)(.+)$/.exec(uri);
  return scp ? { origin: `https://${scp[1]}`, host: scp[1] as string, path: scp[2] as string } : null;
}

function apiOf(type: ForgeType, host: string, origin: string): string {
  if (type === 'github') return host.toLowerCase() === 'github.com' ? 'https://api.github.com' : `${origin}/api/v3`;
  return type === 'gitlab' ? origin : `${origin}/api/v1`;
}
