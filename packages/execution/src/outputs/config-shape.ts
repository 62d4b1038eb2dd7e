import * as z from 'zod';

/** A template of one line. */
export const template = (most = 2000) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((text) => !/[\r\n\0]/.test(text), 'must be one line.');

export const secretText = (most = 20_000) => z.string().min(1).max(most);

export const host = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .regex(
    /^([A-Za-z0-9._-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/,
    'must be a host name or an address, without a scheme or a port.',
  );
export const port = z.int().min(1).max(65_535);
export const identifier = z
  .string()
  .min(1)
  .max(63)
  .refine((text) => !text.includes('\0'), 'has a character that no name has.');

/** TLS for what is not HTTP: the server's certificate is always verified. */
export const tlsShape = {
  tls: z.boolean().default(false),
  ca: z
    .string()
    .max(100_000)
    .refine((text) => text.includes('-----BEGIN CERTIFICATE-----'), 'must be a certificate in PEM form.')
    .optional()
    .describe('Certificates of authorities to trust besides the system’s, PEM'),
};

/** What node:tls is given; false without TLS. */
export const tlsOptions = ({ tls, ca, host }: { tls: boolean; ca?: string | undefined; host: string }) =>
  tls
    ? { ...(ca ? { ca } : {}), ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }), rejectUnauthorized: true }
    : false;

/** `host:port`, as people write it. */
export const address = ({ host, port }: { host: string; port: number }): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
