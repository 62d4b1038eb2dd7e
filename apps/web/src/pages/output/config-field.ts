import type { OutputDestination } from '@ratchet/contract/entities/output';

export type Config = OutputDestination['config'];
type Kind = 'text' | 'long' | 'number' | 'switch' | 'choice' | 'list' | 'numbers' | 'pairs' | 'secret' | 'secrets';

/** One member of a destination's configuration, as a form asks for it. */
export interface ConfigField {
  readonly name: string;
  readonly label: string;
  readonly kind: Kind;
  readonly text?: string;
  readonly required?: boolean;
  /** What counts where nothing is given. */
  readonly usual?: string | number | boolean;
  readonly choices?: readonly (string | { readonly value: string; readonly label: string })[];
  readonly placeholder?: string;
  /** Takes template variables. */
  readonly template?: boolean;
  /** Only where this holds of the rest. */
  readonly when?: (config: Config) => boolean;
  /** Seldom needed. */
  readonly more?: boolean;
}
