import { EndpointError } from '../../problem.ts';

export interface GitUrl {
  /** As git is given it: no password in it, and for HTTP no user name either. */
  readonly address: string;
  readonly transport: 'http' | 'ssh' | 'git' | 'file';
  /** The user name an HTTP address carried. */
  readonly username: string | null;
  /** The folder on this machine; null for another machine. */
  readonly folder: string | null;
}

const schemes: Readonly<Record<string, GitUrl['transport']>> = {
  'https:': 'http',
  'http:': 'http',
  'ssh:': 'ssh',
  'git:': 'git',
  'file:': 'file',
};

/** Takes an address apart, refusing (EndpointError `misconfigured`) all that git might read as something else. */
export function parseGitUrl(url: string, allowFileProtocol: boolean): GitUrl {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (url.trim() === '' || /[\u0000-\u0020\u007f]/.test(url))
    throw refused('is empty or holds spaces or control characters');
  if (url.startsWith('-')) throw refused('starts with "-"');
  if (url.startsWith('/')) return local(url, allowFileProtocol);
  const scheme = /^([a-z][a-z0-9+.-]*):(\/\/)?/i.exec(url);
  if (scheme?.[2]) return withScheme(url, allowFileProtocol);
  const scp = /^(?:([A-Za-z0-9._-]+)@)?([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\]):(?!:)(?!-)(.+)$/.exec(url);
  if (!scp || scp[1]?.startsWith('-'))
    throw refused('is none of https://, http://, ssh://, git://, host:path and a folder');
  return { address: url, transport: 'ssh', username: null, folder: null };
}

function withScheme(url: string, allowFileProtocol: boolean): GitUrl {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw refused('cannot be read as an address', cause);
  }
  const transport = schemes[parsed.protocol];
  if (!transport) throw refused(`has the scheme ${parsed.protocol}//, which is not supported`);
  if (parsed.password !== '') throw refused('holds a password. Store it as a credential instead');
  if (parsed.search !== '' || parsed.hash !== '')
    throw refused('holds a query or a fragment. Store secrets as a credential');
  if (transport === 'file') {
    if (parsed.host !== '') throw refused('names a host in file://');
    return local(decode(parsed.pathname), allowFileProtocol);
  }
  if (parsed.hostname === '' || parsed.hostname.startsWith('-')) throw refused('names no host');
  if (transport === 'git' && parsed.username !== '') throw refused('names a user, which git:// cannot');
  const username = decode(parsed.username);
  if (username.startsWith('-')) throw refused('names a user that starts with "-"');
  if (transport !== 'http') return { address: url, transport, username: null, folder: null };
  parsed.username = '';
  return { address: parsed.href, transport, username: username || null, folder: null };
}

function local(folder: string, allowed: boolean): GitUrl {
  if (!allowed) throw refused('is a folder of this machine, which the configuration does not allow');
  if (!folder.startsWith('/') || folder.includes('\0')) throw refused('is not an absolute path');
  return { address: folder, transport: 'file', username: null, folder };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw refused('holds a "%" that starts no valid escape', cause);
  }
}

// The address itself stays out of the message: it may hold what was meant to be a secret.
const refused = (why: string, cause?: unknown): EndpointError =>
  new EndpointError('misconfigured', `The repository's address ${why}.`, false, { cause });

/** What is wrong with a branch name, by the rules of git-check-ref-format; null when nothing is. */
export function checkBranch(branch: string): string | null {
  const wrong =
    branch === '' ||
    branch === '@' ||
    branch.startsWith('-') ||
    branch.endsWith('.') ||
    branch.includes('..') ||
    branch.includes('@{') ||
    !branch.isWellFormed() ||
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    /[\u0000-\u0020\u007f~^:?*[\\]/.test(branch) ||
    branch.split('/').some((part) => part === '' || part.startsWith('.') || part.endsWith('.lock'));
  return wrong ? 'The branch is not a valid branch name of git.' : null;
}
