import type { credentialSecret } from '@ratchet/contract/entities/credential';
import { type Issue, RatchetError } from '@ratchet/contract/errors';

/** What a credential holds. Which members are there depends on its type. */
export type Secret = { readonly [K in keyof typeof credentialSecret]?: string | undefined };

const needs: Readonly<Record<string, readonly (readonly (keyof Secret)[])[]>> = {
  token: [['token', 'tokenEnv']],
  bearer: [['token', 'tokenEnv']],
  basic: [['username'], ['password', 'tokenEnv']],
  api_key: [['token', 'tokenEnv']],
  header: [['headerName'], ['token', 'tokenEnv']],
  ssh_key: [['privateKey']],
  github_app: [['appId'], ['installationId'], ['privateKey']],
};

/** Throws VALIDATION_FAILED unless a secret has what its type needs, and nothing that would break a header. */
export function checkSecret(type: string, secret: Secret): void {
  const issues: Issue[] = (needs[type] ?? []).flatMap((either) =>
    either.some((member) => secret[member])
      ? []
      : [{ path: either[0] as string, message: `A credential of type ${type} needs ${either.join(' or ')}.` }],
  );
  for (const member of ['token', 'username', 'password', 'headerName'] as const)
    if (/[\r\n\0]/.test(secret[member] ?? '')) issues.push({ path: member, message: 'must be one line.' });
  if (secret.headerName && !/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(secret.headerName))
    issues.push({ path: 'headerName', message: 'is not the name of a header.' });
  if (secret.privateKey && !/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(secret.privateKey))
    issues.push({ path: 'privateKey', message: 'is not a private key in PEM or OpenSSH form.' });
  if (issues.length > 0) throw new RatchetError('VALIDATION_FAILED', issues.map((i) => i.message).join(' '), issues);
}
