import type * as z from 'zod';
import type { Message } from './message.ts';
import type { TemplateUse } from './template-values.ts';

/** What came of an attempt that succeeded. */
export interface Delivered {
  /** The path, address or key it went to. */
  readonly target: string;
  /** What the other side said. */
  readonly response: string | null;
  readonly bytes: number;
}

/** A template in a configuration: the member it stands in, and what it is for. */
export interface NamedTemplate {
  readonly path: string;
  readonly text: string;
  readonly use: TemplateUse;
}

/**
 * One kind of destination. `config` is the whole configuration, with the secrets put back; both functions throw
 * DeliveryErrors, and anything else is a failure of the destination. They give up when the signal ends.
 */
export interface DestinationType<C> {
  readonly schema: z.ZodType<C>;
  /** Members of the configuration that are kept sealed. One that is an object has a secret in each of its members. */
  readonly secrets: readonly string[];
  templates(config: C): readonly NamedTemplate[];
  /** Names that templates can use as `{{secret.<name>}}`. */
  secretNames?(config: C): readonly string[];
  /** Throws VALIDATION_FAILED for what only this server can judge, such as a folder it may not write to. */
  check?(config: C): Promise<void>;
  deliver(message: Message, config: C, signal: AbortSignal): Promise<Delivered>;
  /** A trial that leaves nothing behind, where delivering a sample would leave something odd. */
  test?(config: C, signal: AbortSignal): Promise<Delivered>;
}
