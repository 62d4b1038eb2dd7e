import type { Credentials } from '@ratchet/access/credentials';
import type { RepositoryRow } from '@ratchet/store/queries/repositories';
import type { Forge } from '@ratchet/sync/forges/forge';
import type { ForgeAuth } from '@ratchet/sync/forges/forge-auth';
import { forgeFor } from '@ratchet/sync/forges/forge-for';
import { forgePlace } from '@ratchet/sync/forges/forge-place';
import * as z from 'zod';
import type { GitHubAppTokens } from './github-app-token.ts';
import type { Outgoing } from './outgoing.ts';

/** What a repository's metadata says of its forge, where its host does not tell. */
const Named = z.object({
  forge: z.object({ type: z.enum(['github', 'gitlab', 'gitea']).optional(), apiUrl: z.url().optional() }).optional(),
});
export const namedForge = (metadata: unknown) => Named.safeParse(metadata).data?.forge ?? {};

/** Where a repository's pull requests are, signed in with the credential that it is fetched with. */
export function openForge(credentials: Credentials, appToken: GitHubAppTokens, out: Outgoing, version: string) {
  return async (repository: RepositoryRow): Promise<Forge | null> => {
    if (repository.repositoryType !== 'git') return null;
    const { type, apiUrl } = namedForge(repository.metadata);
    const place = { uri: repository.uri, ...(type ? { type } : {}), ...(apiUrl ? { apiUrl } : {}) };
    const found = forgePlace(place);
    if (!found) return null;
    await out.check(found.apiUrl);
    const options = { userAgent: `ratchet/${version}`, fetch: out.forgeFetch };
    return forgeFor(place, await authOf(repository, apiUrl), options);
  };

  async function authOf(repository: RepositoryRow, apiUrl: string | undefined): Promise<ForgeAuth> {
    const secret = repository.credentialId ? await credentials.openSecret(repository.credentialId) : null;
    if (secret?.type === 'github_app') return { type: 'token', token: await appToken(secret, repository.uri, apiUrl) };
    if (secret?.type === 'basic' && secret.password)
      return { type: 'basic', username: secret.username ?? '', password: secret.password };
    return secret?.token ? { type: 'token', token: secret.token } : { type: 'none' };
  }
}
