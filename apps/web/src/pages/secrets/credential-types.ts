import type { OutputOf } from '../../api/queries.ts';

export type Credential = OutputOf<'credentials', 'get'>;
export type CredentialMember =
  | 'token'
  | 'tokenEnv'
  | 'username'
  | 'password'
  | 'headerName'
  | 'privateKey'
  | 'knownHosts'
  | 'appId'
  | 'installationId';

export interface CredentialField {
  readonly name: CredentialMember;
  readonly label: string;
  readonly text?: string;
  /** Never shown, also not while it is typed. */
  readonly secret?: boolean;
  readonly long?: boolean;
  /** Either this or another one is enough. */
  readonly orEnvironment?: boolean;
  readonly optional?: boolean;
}

const token: CredentialField = { name: 'token', label: 'Token', secret: true, orEnvironment: true };
const username: CredentialField = { name: 'username', label: 'User name' };
const privateKey: CredentialField = {
  name: 'privateKey',
  label: 'Private key',
  secret: true,
  long: true,
  text: 'In PEM or OpenSSH form',
};

export const credentialTypes: Readonly<
  Record<
    Credential['type'],
    { readonly label: string; readonly text: string; readonly fields: readonly CredentialField[] }
  >
> = {
  token: { label: 'Token', text: 'A personal or project token of a Git server', fields: [token] },
  basic: {
    label: 'User name and password',
    text: 'Sent with every request',
    fields: [username, { name: 'password', label: 'Password', secret: true, orEnvironment: true }],
  },
  bearer: { label: 'Bearer token', text: 'Sent as Authorization: Bearer', fields: [token] },
  api_key: { label: 'API key', text: 'Sent as X-API-Key', fields: [{ ...token, label: 'Key' }] },
  header: {
    label: 'A header',
    text: 'Sent in a header of any name',
    fields: [
      { name: 'headerName', label: 'Name of the header' },
      { ...token, label: 'Value' },
    ],
  },
  ssh_key: {
    label: 'SSH key',
    text: 'For addresses such as git@host:team/tasks.git',
    fields: [
      privateKey,
      {
        name: 'knownHosts',
        label: 'Known hosts',
        long: true,
        optional: true,
        text: 'Lines of known_hosts, by which the server is known',
      },
    ],
  },
  github_app: {
    label: 'GitHub app',
    text: 'Signs in as an installation of an app',
    fields: [{ name: 'appId', label: 'App id' }, { name: 'installationId', label: 'Installation id' }, privateKey],
  },
};
