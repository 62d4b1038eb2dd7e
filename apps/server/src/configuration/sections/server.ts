import * as z from 'zod';
import { onOff, optionalText, section, setting, texts } from '../setting.ts';

const surface = (description: string) => setting(onOff(true), description);

export const server = section('Where the server listens, and for whom', {
  host: setting(z.string().min(1).max(255).default('127.0.0.1'), 'The address to listen on; 0.0.0.0 or :: for all', {
    flag: '--host',
  }),
  port: setting(z.int().min(0).max(65_535).default(8080), 'The port to listen on; 0 takes a free one', {
    flag: '--port',
  }),
  role: setting(
    z.enum(['all', 'api', 'worker']).default('all'),
    'What this node does: answer requests and look after repositories, run tasks, or all of it',
    { aliases: ['RATCHET_ROLE'], flag: '--role' },
  ),
  public_url: setting(
    z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(null),
    'The address that people and programs reach the server at, where that is another one than it listens on',
  ),
  trust_proxy: setting(
    onOff(false),
    'Believe X-Forwarded-For and X-Forwarded-Proto. Only behind a proxy that sets them itself',
  ),
  trusted_proxies: setting(
    texts(),
    'Addresses and networks of proxies that are believed, such as 10.0.0.0/8; nobody else then is',
  ),
  tls: section('Serve HTTPS', {
    cert: setting(optionalText(), 'The file with the certificate and its chain, PEM. Read again when it changes', {
      path: true,
    }),
    key: setting(optionalText(), 'The file with the private key, PEM', { path: true }),
  }),
  cors: section('Pages of other servers', {
    origins: setting(texts(), 'Origins whose pages may use the server, such as https://tools.example.org'),
    credentials: setting(onOff(false), 'Let those pages send the session of whoever looks at them'),
  }),
  allowed_hosts: setting(
    texts(),
    'Names that requests may give as their host, besides the one of public_url and loopback ones',
  ),
  allowed_addresses: setting(texts(), 'Addresses and networks that may connect, such as 10.0.0.0/8. Without, all'),
  body_limit: setting(
    z.int().min(1024).max(1_073_741_824).default(16_777_216),
    'Bytes of a request’s body, at most, where an operation does not say otherwise',
  ),
  surfaces: section('What is served', {
    rest: surface('REST under /api/v1, with the registry that the server itself is'),
    graphql: surface('GraphQL at /graphql'),
    mcp: surface('MCP at /mcp'),
    trpc: surface('tRPC at /trpc'),
    docs: surface('The OpenAPI document, and the page at /docs to try it'),
    web: surface('The web page at /, over REST and GraphQL’s subscriptions'),
  }),
});
