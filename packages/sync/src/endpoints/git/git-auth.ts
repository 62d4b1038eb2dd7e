/** How a git server is told who asks. Secrets reach git through its environment only. */
export type GitAuth =
  | { readonly type: 'token'; readonly token: string; readonly username?: string }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'header'; readonly name: string; readonly value: string }
  /** Without `knownHosts` (the text of a known_hosts file) only hosts that the machine knows are spoken to. */
  | { readonly type: 'ssh_key'; readonly privateKey: string; readonly knownHosts?: string };

/** Hosts of git ignore the name beside a token or, as GitHub does for its apps, want this one. */
const tokenUser = 'x-access-token';

/** The HTTP header that carries the credential; null for one that is not sent over HTTP. */
export function authHeader(auth: GitAuth, username: string | null): string | null {
  switch (auth.type) {
    case 'token':
      return basic(auth.username ?? username ?? tokenUser, auth.token);
    case 'basic':
      return basic(auth.username, auth.password);
    case 'bearer':
      return `Authorization: Bearer ${auth.token}`;
    case 'header':
      return `${auth.name}: ${auth.value}`;
    case 'ssh_key':
      return null;
  }
}

const basic = (username: string, password: string): string =>
  `Authorization: Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** What must never be seen, in the forms in which a server might repeat it. */
export function secretsOf(auth: GitAuth | null): readonly string[] {
  if (!auth) return [];
  const header = authHeader(auth, null);
  const own = 'token' in auth ? auth.token : 'password' in auth ? auth.password : 'value' in auth ? auth.value : '';
  const encoded = header?.split(' ').at(-1) ?? '';
  return [own, encodeURIComponent(own), encoded].filter((secret) => secret.length > 0);
}

/** What keeps a credential from being used; null when nothing does. */
export function checkAuth(auth: GitAuth | null, transport: 'http' | 'ssh' | 'git' | 'file'): string | null {
  if (!auth) return null;
  if (auth.type === 'ssh_key') return transport === 'ssh' ? null : 'An SSH key only serves an SSH address.';
  if (transport === 'ssh') return 'An SSH address needs an SSH key as its credential.';
  if (/[\r\n\0]/.test(authHeader(auth, null) ?? ''))
    return 'The credential holds a line break. Store it again without one.';
  if (auth.type === 'header' && !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(auth.name))
    return 'The name of the credential’s header is not a valid HTTP header name.';
  if (auth.type === 'basic' && auth.username.includes(':')) return 'A user name cannot hold a colon.';
  return null;
}
