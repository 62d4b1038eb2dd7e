/** Something that whoever keeps the server should hear of. It holds nothing that works as a proof. */
export interface SecurityEvent {
  readonly kind: 'failed_sign_ins' | 'token_reused';
  readonly message: string;
  readonly address: string | undefined;
  readonly userId?: string;
  readonly sessionId?: string;
}

export type Alarm = (event: SecurityEvent) => void;
