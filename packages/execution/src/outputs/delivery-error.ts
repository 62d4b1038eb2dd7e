export interface DeliveryErrorOptions extends ErrorOptions {
  /** Another attempt would end the same: the message itself does not fit. */
  readonly final?: boolean;
  /** The destination as a whole does not work, whatever is sent; counts for its circuit. */
  readonly outage?: boolean;
  /** When the other side wants to be asked again. */
  readonly retryAfterMs?: number;
  /** Where it was going. */
  readonly target?: string;
}

/** Why an attempt failed, in words a person can act on. */
export class DeliveryError extends Error {
  readonly final: boolean;
  readonly outage: boolean;
  readonly retryAfterMs: number | null;
  readonly target: string | null;
  constructor(message: string, options: DeliveryErrorOptions = {}) {
    super(message, options);
    this.name = 'DeliveryError';
    this.final = options.final ?? false;
    this.outage = options.outage ?? !this.final;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.target = options.target ?? null;
  }
}

/** Of a message that no attempt can deliver; says nothing about the destination. */
export const unfit = (message: string): DeliveryError => new DeliveryError(message, { final: true });
/** Of a message that the destination refused now and may take later; the destination itself works. */
export const refused = (message: string, options: DeliveryErrorOptions = {}): DeliveryError =>
  new DeliveryError(message, { outage: false, ...options });
