/** What a request proves who it comes from with. It is never read from an address, which ends up in logs. */
export type Proof =
  /** `Authorization: Bearer`: an access token, or an API key. */
  | { readonly kind: 'bearer'; readonly value: string }
  /** `X-API-Key`. */
  | { readonly kind: 'api_key'; readonly value: string }
  /** The session cookie of a browser, which sends it unasked. */
  | { readonly kind: 'cookie'; readonly value: string };
