import type { OutputType } from '@ratchet/contract/entities/output';
import type { DestinationType } from './destination-type.ts';
import { email } from './email.ts';
import { filesystem } from './filesystem.ts';
import { mysql } from './mysql.ts';
import type { PlaceRules } from './output-place.ts';
import { postgresql } from './postgresql.ts';
import { rabbitmq } from './rabbitmq.ts';
import { redis } from './redis.ts';
import { s3 } from './s3.ts';
import { stdio } from './stdio.ts';
import { type WebhookOptions, webhook } from './webhook.ts';

export interface TypeOptions extends WebhookOptions {
  readonly places: PlaceRules;
  /** Writes to standard output; answers when it is out. */
  readonly write: (text: string) => Promise<void>;
}

/** A type whose configuration was checked by its own schema before. */
export type AnyDestinationType = DestinationType<unknown>;
export type DestinationTypes = Readonly<Record<OutputType, AnyDestinationType>>;

/** Every type of destination. Drivers are loaded when they are first used. */
export const destinationTypes = (options: TypeOptions): DestinationTypes =>
  ({
    filesystem: filesystem(options.places),
    webhook: webhook(options),
    postgresql,
    mysql,
    s3,
    redis,
    rabbitmq,
    email,
    stdio: stdio(options.write),
  }) as unknown as DestinationTypes;
