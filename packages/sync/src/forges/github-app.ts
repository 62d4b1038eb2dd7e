import { createPrivateKey } from 'node:crypto';
import { App, Octokit } from 'octokit';
import { EndpointError } from '../problem.ts';
import { forgeError } from './forge-errors.ts';

export interface GitHubAppOptions {
  readonly appId: string;
  /** PEM, PKCS#1 or PKCS#8. */
  readonly privateKey: string;
  readonly installationId?: string;
  /** Without an installation: whose is asked for. */
  readonly project?: string;
  readonly apiUrl?: string;
  readonly userAgent: string;
  readonly fetch?: typeof fetch;
}

/** Signs in as a GitHub App. A token is kept until shortly before it ends. Throws EndpointError. */
export function gitHubApp(options: GitHubAppOptions): { token(): Promise<string> } {
  const { appId, installationId, project, apiUrl = 'https://api.github.com', userAgent } = options;
  const request = options.fetch ? { request: { fetch: options.fetch } } : {};
  const app = new App({
    appId,
    privateKey: pkcs8(options.privateKey),
    Octokit: Octokit.defaults({ baseUrl: apiUrl, userAgent, throttle: { enabled: false }, ...request }),
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });

  async function installation(): Promise<number> {
    if (installationId) return Number(installationId);
    const [owner = '', repo = ''] = (project ?? '').split('/');
    const { data } = await app.octokit.rest.apps.getRepoInstallation({ owner, repo });
    return data.id;
  }

  return {
    async token() {
      try {
        const auth = await app.octokit.auth({ type: 'installation', installationId: await installation() });
        return (auth as { token: string }).token;
      } catch (error) {
        const { status, message = '' } = error as { status?: number; message?: string };
        throw forgeError('GitHub', status ?? null, message, error);
      }
    },
  };
}

function pkcs8(pem: string): string {
  try {
    return createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch (cause) {
    throw new EndpointError('misconfigured', 'The private key of the GitHub App is not a key in PEM.', false, {
      cause,
    });
  }
}
