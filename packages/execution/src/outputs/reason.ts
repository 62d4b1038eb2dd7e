import { DeliveryError } from './delivery-error.ts';

const said: Readonly<Record<string, (where: string) => string>> = {
  ECONNREFUSED: (where) => `Nothing listens at ${where}. Check host and port, and that the server there runs.`,
  ENOTFOUND: (where) => `The host name of ${where} is not known. Check it for typing errors.`,
  EAI_AGAIN: (where) => `The host name of ${where} cannot be looked up now.`,
  ETIMEDOUT: (where) => `${where} does not answer. A firewall may be in between, or it speaks no TLS there.`,
  EHOSTUNREACH: (where) => `There is no way to ${where} from this server.`,
  ENETUNREACH: (where) => `There is no way to ${where} from this server.`,
  ECONNRESET: (where) => `${where} broke the connection off. It may expect TLS, or no TLS.`,
  EPIPE: (where) => `${where} broke the connection off.`,
  UND_ERR_CONNECT_TIMEOUT: (where) => `${where} does not answer. A firewall may be in between.`,
  UND_ERR_SOCKET: (where) => `${where} broke the connection off.`,
  CERT_HAS_EXPIRED: (where) => `The TLS certificate of ${where} has expired.`,
  ERR_TLS_CERT_ALTNAME_INVALID: (where) => `The TLS certificate of ${where} is for another host name.`,
};
const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** Some drivers put a code of their own in the place of the system's, and keep it in the text. */
const inText = new RegExp(`\\b(${Object.keys(said).join('|')})\\b`);
const untrustedText = /self-signed certificate|unable to (verify the first|get local issuer) certificate/i;

/** An error and all that caused it; of several addresses that were tried, each. */
function* chain(error: unknown): Generator<Error & { code?: unknown }> {
  for (let at = error; at instanceof Error; at = at.cause) {
    yield at;
    if (at instanceof AggregateError) for (const one of at.errors) yield* chain(one);
  }
}

/** Why a connection failed, in words; null where it is not about the connection. */
export function networkReason(error: unknown, where: string): string | null {
  for (const { code, message } of chain(error)) {
    const words = said[String(code)] ?? said[inText.exec(message)?.[1] ?? ''];
    if (words) return words(where);
    if (/certificate has expired/i.test(message)) return said.CERT_HAS_EXPIRED?.(where) ?? null;
    if (untrusted.has(String(code)) || untrustedText.test(message))
      return `The TLS certificate of ${where} is not trusted. Give the certificate of its authority in ca.`;
    if (
      code === 'EPROTO' ||
      (typeof code === 'string' && code.startsWith('ERR_SSL_')) ||
      /wrong version number/i.test(message)
    )
      return `${where} does not speak TLS on this port. Switch tls off, or use its TLS port.`;
    if (/certificate/i.test(message) && /altnames/i.test(message))
      return said.ERR_TLS_CERT_ALTNAME_INVALID?.(where) ?? null;
  }
  return null;
}

/** Any error as one of a delivery: an error of the connection in words, else what it says itself. */
export function asDeliveryError(error: unknown, where: string): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const own = error instanceof Error ? error.message || error.name : String(error);
  return new DeliveryError(networkReason(error, where) ?? `${where}: ${own}`, { cause: error });
}
