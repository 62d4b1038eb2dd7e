import type { Repository } from '@ratchet/contract/entities/repository';

/** Forges that show a commit at `/commit/<id>` below the repository. */
const knownHosts = /^(?:github\.com|gitlab\.com|codeberg\.org)$/;

/** Where a commit can be seen; null where no forge is known to be there. */
export function commitUrl({ repositoryType, uri, metadata }: Repository, commit: string): string | null {
  if (repositoryType !== 'git') return null;
  const scp = /^(?:ssh:\/\/)?[^@/\s]+@([^:/]+)(?::\d+)?[:/](.+)$/.exec(uri);
  const web = scp ? `https://${scp[1]}/${scp[2]}` : uri;
  if (!/^https?:\/\//i.test(web) || !URL.canParse(web)) return null;
  const url = new URL(web);
  const forge = (metadata as { forge?: { type?: unknown } }).forge;
  if (!knownHosts.test(url.hostname) && typeof forge?.type !== 'string') return null;
  return `${url.origin}${url.pathname.replace(/\/$/, '').replace(/\.git$/, '')}/commit/${commit}`;
}
