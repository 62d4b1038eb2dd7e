export type ForgeAuth =
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'none' };

export interface ForgeOptions {
  readonly userAgent: string;
  readonly fetch?: typeof fetch;
  /** How often a request is sent again that failed inside the forge. */
  readonly retries?: number;
}
