import * as z from 'zod';
import { Id, Time } from '../json.ts';
import { pageOf } from '../paging.ts';

export const CredentialType = z
  .enum(['token', 'basic', 'bearer', 'api_key', 'header', 'ssh_key', 'github_app'])
  .meta({ id: 'CredentialType', description: 'How it signs in' });

/** Never carries the secret. */
export const Credential = z
  .object({
    id: Id,
    name: z.string(),
    type: CredentialType,
    revision: z.int(),
    createdAt: Time,
    rotatedAt: Time.nullable(),
  })
  .meta({ id: 'Credential', description: 'A way to sign in, kept encrypted; the secret is never answered' });
export const CredentialPage = pageOf(Credential, 'CredentialPage');

export const credentialSecret = {
  token: z.string().max(20_000).optional(),
  tokenEnv: z.string().max(200).optional(),
  username: z.string().max(500).optional(),
  password: z.string().max(20_000).optional(),
  headerName: z.string().max(200).optional(),
  privateKey: z.string().max(50_000).optional(),
  knownHosts: z.string().max(50_000).optional(),
  appId: z.string().max(100).optional(),
  installationId: z.string().max(100).optional(),
};
