import type { Database } from '@ratchet/store/database';
import type { Logger } from 'pino';
import type { LoadedConfiguration } from '../configuration/load-configuration.ts';
import type { LiveSettings } from '../live-settings.ts';
import type { Outgoing } from '../outgoing.ts';
import type { ServerPlaces } from '../server-places.ts';
import type { Settings, StartOptions } from '../settings.ts';

/** What every part of the server is made on. */
export interface Ground {
  readonly options: StartOptions;
  readonly loaded: LoadedConfiguration;
  readonly settings: Settings;
  readonly live: LiveSettings;
  readonly log: Logger;
  readonly places: ServerPlaces;
  readonly out: Outgoing;
  readonly nodeId: string;
  readonly startedAt: Date;
  readonly database: Database;
  /** What closes the parts; the last comes first. A part adds to it as soon as there is something to close. */
  readonly closing: (() => Promise<unknown>)[];
}
