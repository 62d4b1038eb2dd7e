import type { Actor } from '@ratchet/contract/dispatcher';
import type { RunTrigger } from '@ratchet/contract/entities/repository';
import type { TaskRow } from '@ratchet/store/queries/documents';
import type { CycleContext } from '@ratchet/sync/cycle';
import type * as z from 'zod';

export type Trigger = z.output<typeof RunTrigger>;

export interface SyncOptions {
  readonly trigger: Trigger;
  readonly actor: Actor;
  readonly planId?: string | undefined;
  readonly force?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** A watcher says that changes are at these places (full paths) and at no others; left out: anywhere. */
  readonly places?: readonly string[] | undefined;
  /** Hears how far a long run is. */
  readonly onProgress?: CycleContext<unknown>['onProgress'];
}

export interface PushOptions extends SyncOptions {
  readonly message?: string | undefined;
  /** Only these tasks. */
  readonly tasks?: readonly TaskRow[];
  /** Only these documents, at these revisions, by path: someone approved them. */
  readonly revisions?: ReadonlyMap<string, number>;
  /** Push tasks that have problems too. */
  readonly broken?: boolean;
}
