/** One path could not be taken over this time; the others go on. */
export interface SyncProblem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly line?: number;
  readonly severity: 'error' | 'warning';
}

export type EndpointErrorCode =
  | 'unreachable'
  | 'unauthenticated'
  | 'not_found'
  | 'branch_gone'
  | 'root_gone'
  | 'denied'
  | 'busy'
  | 'misconfigured';

/** The endpoint cannot be used at all now. The message is safe to show: no secrets, no paths of the machine. */
export class EndpointError extends Error {
  readonly code: EndpointErrorCode;
  /** Whether trying again later may help. */
  readonly transient: boolean;
  constructor(code: EndpointErrorCode, message: string, transient: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EndpointError';
    this.code = code;
    this.transient = transient;
  }
}
