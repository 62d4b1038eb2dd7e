/** One path could not be taken over this time; the others go on. */
export interface SyncProblem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly line?: number;
  readonly severity: 'error' | 'warning';
}

/** Of what is there and cannot be read: it is not taken to be gone. */
export const unreadable = (path: string, message: string): SyncProblem => ({
  path,
  code: 'unreadable',
  message,
  severity: 'error',
});

/** Of what is there and left alone. */
export const pathRefused = (path: string, message: string): SyncProblem => ({
  path,
  code: 'path_refused',
  message,
  severity: 'warning',
});

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
