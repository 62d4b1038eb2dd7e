import type { Actor } from '@ratchet/contract/dispatcher';
import type { Database } from '@ratchet/store/database';
import type { RepositoryRow } from '@ratchet/store/queries/repositories';
import type { Forge } from '@ratchet/sync/forges/forge';
import type { Kind } from '@ratchet/sync/kind';
import type { TaskFields } from '@ratchet/sync/kinds/task/fields';
import type { Remote } from '@ratchet/sync/remote';

/** A run that ended, for whoever counts. */
export interface EndedRun {
  readonly repositoryId: string;
  readonly repositoryName: string;
  readonly direction: 'pull' | 'push';
  readonly trigger: string;
  readonly status: string;
  readonly durationMs: number;
  readonly changes: Readonly<Record<'added' | 'updated' | 'deleted' | 'merged', number>>;
}

/** What everything in this package works with; made once, where the server is put together. */
export interface RepositoriesContext {
  readonly database: Database;
  readonly kind: Kind<TaskFields>;
  /** This process: holder of leases. */
  readonly nodeId: string;
  readonly now: () => Date;
  /** The far side of a repository, with its credential. The caller closes it. */
  readonly openRemote: (repository: RepositoryRow) => Promise<Remote>;
  /** Where a repository's pull requests are, with its credential; null: nowhere that we know. */
  readonly openForge: (repository: RepositoryRow) => Promise<Forge | null>;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, data?: Record<string, unknown>) => void;
  readonly ended?: (run: EndedRun) => void;
}

/** How an actor is named in history and in run records. */
export const actorName = (actor: Actor): string => actor.name || actor.id;
