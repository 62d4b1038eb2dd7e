import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { authHeader, type GitAuth } from './git-auth.ts';
import { type GitOutgoing, pinned } from './git-outgoing.ts';
import type { GitUrl } from './git-url.ts';

export interface RemoteAccess {
  readonly url: GitUrl;
  readonly auth: GitAuth | null;
  /** A folder that only this endpoint uses. */
  readonly folder: string;
  readonly outgoing?: GitOutgoing | undefined;
  readonly distrustLocal?: boolean | undefined;
  /** Seconds to wait for a connection. */
  readonly connectSeconds: number;
}

const harmless = [
  'core.hooksPath=/dev/null',
  'core.alternateRefsCommand=true',
  'core.fsmonitor=false',
  'receive.autogc=false',
  'gc.auto=0',
].flatMap((setting) => ['-c', setting]);
/** Git does not hand its own settings on to the other side of a folder: that is told by the command it is started with. */
const distrusting: readonly [string, string][] = ['receive-pack', 'upload-pack'].map((side) => [
  `remote.origin.${side.replace('-', '')}`,
  ['git', ...harmless, side].join(' '),
]);

/** What every git command gets: no configuration but this, no hooks, no prompts, no maintenance behind our back. */
export function localEnvironment(gitDir: string, home: string): Readonly<Record<string, string>> {
  return environment(gitDir, home, []);
}

/**
 * Calls `use` with the environment of a command that speaks to the remote, under the name `origin`. The credential stands in
 * the environment or, for SSH, in files that only last as long as the call; never among the arguments or in the address.
 */
export async function withRemoteEnvironment<T>(
  gitDir: string,
  { url, auth, folder, outgoing, distrustLocal, connectSeconds }: RemoteAccess,
  refspec: string | null,
  use: (variables: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const pin = await pinned(url, outgoing);
  const config: [string, string][] = [
    ['remote.origin.url', pin.address],
    ...(refspec ? ([['remote.origin.fetch', refspec]] as [string, string][]) : []),
    // A redirect would carry the credential along to wherever it leads.
    ['http.followRedirects', auth ? 'false' : 'initial'],
    // A server that is busy with a hook sends a few bytes every five seconds: only silence counts.
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', '120'],
    ...pin.config.map(([key, value]): [string, string] => [key, value]),
    ...(distrustLocal && url.transport === 'file' ? distrusting : []),
  ];
  const header = auth && url.transport === 'http' ? authHeader(auth, url.username) : null;
  if (header) config.push(['http.extraHeader', header]);
  const variables = {
    ...environment(gitDir, folder, config),
    GIT_ALLOW_PROTOCOL: url.transport === 'http' ? 'https:http' : url.transport,
    ...(url.transport === 'http' ? outgoing?.proxies : {}),
    ...pin.variables,
  };
  if (url.transport !== 'ssh') return await use(variables);

  const keys = await mkdtemp(join(folder, 'ssh-'));
  try {
    return await use({
      ...variables,
      GIT_SSH_COMMAND: await sshCommand(keys, auth, connectSeconds, pin.sshOptions),
      GIT_SSH_VARIANT: 'ssh',
    });
  } finally {
    await rm(keys, { recursive: true, force: true });
  }
}

async function sshCommand(
  keys: string,
  auth: GitAuth | null,
  connectSeconds: number,
  more: readonly string[],
): Promise<string> {
  const options = [
    'StrictHostKeyChecking=yes',
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'ForwardAgent=no',
    'UpdateHostKeys=no',
    `ConnectTimeout=${connectSeconds}`,
    'ServerAliveInterval=15',
    'ServerAliveCountMax=4',
    ...more,
  ];
  if (auth?.type === 'ssh_key') {
    const key = join(keys, 'key');
    await writeFile(key, `${auth.privateKey.replaceAll('\r\n', '\n').trimEnd()}\n`, { mode: 0o600 });
    options.push(`IdentityFile=${forSsh(key)}`);
    if (auth.knownHosts !== undefined) {
      const known = join(keys, 'known_hosts');
      await writeFile(known, `${auth.knownHosts.trimEnd()}\n`, { mode: 0o600 });
      options.push(`UserKnownHostsFile=${forSsh(known)}`, 'GlobalKnownHostsFile=/dev/null');
    }
  }
  return ['ssh', '-F', '/dev/null', ...options.flatMap((option) => ['-o', forShell(option)])].join(' ');
}

/** A file name inside an option of ssh, which takes spaces as separators and `%` as an escape. */
const forSsh = (path: string): string => `"${path.replaceAll('%', '%%')}"`;
const forShell = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function environment(gitDir: string, home: string, more: readonly [string, string][]): Record<string, string> {
  const config: readonly [string, string][] = [
    ['core.hooksPath', '/dev/null'],
    ['credential.helper', ''],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['protocol.version', '2'],
    ['fetch.recurseSubmodules', 'false'],
    ['push.recurseSubmodules', 'no'],
    ['advice.pushUpdateRejected', 'false'],
    ...more,
  ];
  const variables: Record<string, string> = {
    GIT_DIR: gitDir,
    HOME: home,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_CONFIG_COUNT: String(config.length),
  };
  config.forEach(([key, value], index) => {
    variables[`GIT_CONFIG_KEY_${index}`] = key;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return variables;
}
