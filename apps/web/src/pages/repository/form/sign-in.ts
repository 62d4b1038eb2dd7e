import type { AuthConfig, RepositoryType } from '@ratchet/contract/entities/repository';

/** How a form says that a repository is signed in to. */
export interface SignIn {
  /** keep: as it is; own: kept with the repository and forgotten with it; named: kept under a name, for others too. */
  readonly mode: 'keep' | 'none' | 'saved' | 'own' | 'named';
  readonly credentialId: string | null;
  readonly type: SecretType;
  readonly name: string;
  readonly secret: Readonly<Partial<Record<SecretField, string>>>;
}
export type SecretType = Exclude<AuthConfig['type'], 'none'>;
export type SecretField = Exclude<keyof AuthConfig, 'type'>;

interface FieldLook {
  readonly label: string;
  readonly description?: string;
  readonly kind: 'text' | 'secret' | 'long';
  readonly optional?: boolean;
}

export const secretFields: Readonly<Record<SecretField, FieldLook>> = {
  token: { label: 'Token', kind: 'secret' },
  tokenEnv: {
    label: 'Or the server’s variable that holds it',
    description: 'A name that starts with RATCHET_; the value itself never comes here',
    kind: 'text',
    optional: true,
  },
  username: { label: 'User name', kind: 'text' },
  password: { label: 'Password', kind: 'secret' },
  headerName: { label: 'Name of the header', description: 'Such as X-Api-Key', kind: 'text' },
  privateKey: { label: 'Private key', description: 'In PEM or OpenSSH form, without a passphrase', kind: 'long' },
  knownHosts: {
    label: 'Known hosts',
    description: 'Lines of a known_hosts file; without, only hosts that the server’s machine knows are spoken to',
    kind: 'long',
    optional: true,
  },
  appId: { label: 'App id', kind: 'text' },
  installationId: { label: 'Installation id', kind: 'text' },
};

interface TypeLook {
  readonly label: string;
  readonly fields: readonly SecretField[];
}

export const secretTypes: Readonly<Record<SecretType, TypeLook>> = {
  token: { label: 'Access token', fields: ['token', 'tokenEnv'] },
  basic: { label: 'User name and password', fields: ['username', 'password', 'tokenEnv'] },
  ssh_key: { label: 'SSH key', fields: ['privateKey', 'knownHosts'] },
  github_app: { label: 'GitHub App', fields: ['appId', 'installationId', 'privateKey'] },
  bearer: { label: 'Bearer token', fields: ['token', 'tokenEnv'] },
  api_key: { label: 'API key', fields: ['token', 'tokenEnv'] },
  header: { label: 'Header of your own', fields: ['headerName', 'token', 'tokenEnv'] },
};

const byRepository: Readonly<Record<RepositoryType, readonly SecretType[]>> = {
  git: ['token', 'basic', 'ssh_key', 'github_app', 'bearer', 'header'],
  http: ['bearer', 'basic', 'api_key', 'header'],
  filesystem: [],
  zip: [],
};

/** The ways to sign in that mean something for a kind of repository; none: nobody signs in. */
export const typesFor = (type: RepositoryType): readonly SecretType[] => byRepository[type];

export const noSignIn = (type: RepositoryType): SignIn => ({
  mode: 'none',
  credentialId: null,
  type: typesFor(type)[0] ?? 'token',
  name: '',
  secret: {},
});

/** What is missing, by field; a variable stands for the token or the password. */
export function signInErrors(signIn: SignIn): Partial<Record<SecretField | 'name' | 'credentialId', string>> {
  if (signIn.mode === 'saved') return signIn.credentialId === null ? { credentialId: 'Choose one' } : {};
  if (signIn.mode !== 'own' && signIn.mode !== 'named') return {};
  const errors: Partial<Record<SecretField | 'name', string>> = {};
  if (signIn.mode === 'named' && signIn.name.trim() === '') errors.name = 'Give it a name';
  const given = (field: SecretField) => (signIn.secret[field] ?? '').trim() !== '';
  for (const field of secretTypes[signIn.type].fields) {
    if (secretFields[field].optional || given(field)) continue;
    if ((field === 'token' || field === 'password') && given('tokenEnv')) continue;
    errors[field] = 'This is needed';
  }
  return errors;
}

/** The secret as the server takes it: only fields of the type, and only those that say something. */
export const secretOf = ({ type, secret }: SignIn): Partial<Record<SecretField, string>> =>
  Object.fromEntries(
    secretTypes[type].fields.flatMap((field) => {
      const value = secret[field] ?? '';
      return value.trim() === '' ? [] : [[field, secretFields[field].kind === 'text' ? value.trim() : value]];
    }),
  );
