import type { Forge } from './forge.ts';
import type { ForgeAuth, ForgeOptions } from './forge-auth.ts';
import { forgePlace, type RepositoryPlace } from './forge-place.ts';
import { createGiteaForge } from './gitea.ts';
import { createGitHubForge } from './github.ts';
import { createGitLabForge } from './gitlab.ts';

const makers = { github: createGitHubForge, gitlab: createGitLabForge, gitea: createGiteaForge } as const;

/** The forge that holds a repository's pull requests; null: its address is of none, and its settings name none. */
export function forgeFor(place: RepositoryPlace, auth: ForgeAuth, options: ForgeOptions): Forge | null {
  const found = forgePlace(place);
  return found && makers[found.type](found, auth, options);
}
