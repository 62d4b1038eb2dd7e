import type { OpenedSecret } from '@ratchet/access/credentials';
import { RatchetError } from '@ratchet/contract/errors';
import { forgePlace } from '@ratchet/sync/forges/forge-place';
import { gitHubApp } from '@ratchet/sync/forges/github-app';
import type { Outgoing } from './outgoing.ts';

const userAgent = 'ratchet';
/** Installations that were signed in to lately. */
const mostApps = 100;

export type GitHubAppTokens = ReturnType<typeof gitHubAppTokens>;

/** Tokens of GitHub Apps' installations; each is asked for anew only when it is about to end. */
export function gitHubAppTokens(out: Outgoing) {
  const apps = new Map<string, ReturnType<typeof gitHubApp>>();
  return async (secret: OpenedSecret, uri: string, apiUrl?: string): Promise<string> => {
    const { appId, privateKey, installationId } = secret;
    if (!appId || !privateKey)
      throw new RatchetError('VALIDATION_FAILED', 'The credential of a GitHub App needs appId and privateKey.');
    const place = forgePlace({ uri, type: 'github', ...(apiUrl ? { apiUrl } : {}) });
    await out.check(place?.apiUrl ?? apiUrl ?? 'https://api.github.com');
    const project = place?.project;
    const key = JSON.stringify([appId, installationId, project, apiUrl, privateKey.length, privateKey.slice(-80)]);
    const app =
      apps.get(key) ??
      gitHubApp({
        appId,
        privateKey,
        userAgent,
        fetch: out.forgeFetch,
        ...(installationId ? { installationId } : {}),
        ...(project ? { project } : {}),
        ...(apiUrl ? { apiUrl } : {}),
      });
    apps.delete(key);
    apps.set(key, app);
    for (const oldest of apps.keys()) {
      if (apps.size <= mostApps) break;
      apps.delete(oldest);
    }
    return app.token();
  };
}
