import { BlockList, isIP } from 'node:net';
import cookie from '@fastify/cookie';
import { RatchetError } from '@ratchet/contract/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hasHeaderProof } from './proof-of-request.ts';
import { sessionCookie } from './session-cookie.ts';

export interface RequestGateOptions {
  /** Whether people and programs sign in. Without, reaching the server is the proof, and only loopback counts. */
  readonly signedIn: boolean;
  /** Names of this server besides its addresses, with or without a port; `*.example.org` for all below. */
  readonly allowedHosts: readonly string[];
  /** Where the server is reached from outside: its host is one of its names, its origin one of its own. */
  readonly publicUrl: string | null;
  /** Origins of other servers whose pages may use this one. */
  readonly origins: readonly string[];
  /** Addresses and networks (CIDR) that requests may come from; empty: any. */
  readonly allowedAddresses: readonly string[];
  /** Paths whose requests prove themselves, as signed webhooks do. */
  readonly except: (path: string) => boolean;
  /** Where else a request for a path may come from. */
  readonly alsoFrom: (path: string, origin: string) => boolean;
}

/**
 * Before anything else looks at a request: whether it is meant for this server (a name pointed at its address is not), may
 * come from there, and, where a browser sends its proof unasked, whether a page of this server made it.
 */
export async function requestGate(app: FastifyInstance, options: RequestGateOptions): Promise<void> {
  await app.register(cookie);
  const from = addressTest(options.allowedAddresses);
  const named = hostTest(options);
  app.addHook('onRequest', async (request) => {
    if (from && !from(request.ip))
      throw new RatchetError('PERMISSION_DENIED', 'Requests from this address are not taken here.');
    if (options.except(request.url)) return;
    const { host = '' } = request.headers;
    if (!named(request.host ?? host))
      throw new RatchetError(
        'PERMISSION_DENIED',
        options.signedIn
          ? `This server is not ${JSON.stringify(host)}. Name it in server.public_url or server.allowed_hosts.`
          : `This server is not ${JSON.stringify(host)}. Use its loopback address.`,
      );
    checkOrigin(request, options);
  });
}

const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

function checkOrigin(request: FastifyRequest, options: RequestGateOptions): void {
  const { origin, upgrade } = request.headers;
  if (origin !== undefined && isOwn(origin, request, options)) return;
  const unasked = !options.signedIn || !hasHeaderProof(request);
  const changes = !safe.has(request.method) || upgrade !== undefined;
  if (origin !== undefined) {
    // Without CORS a page sees no answer; what it could still do is change something in somebody's name.
    if (unasked && (changes || !options.signedIn)) throw foreign();
    return;
  }
  if (!changes || !options.signedIn || !unasked || sessionCookie(request) === undefined) return;
  const site = request.headers['sec-fetch-site'];
  if (site === 'same-origin' || site === 'none') return;
  if (site !== undefined) throw foreign();
  // Neither is there: no browser of today. A plain form sends neither of these.
  const json = /^application\/json\b/i.test(request.headers['content-type'] ?? '');
  if (!json && request.headers['x-requested-with'] === undefined)
    throw new RatchetError(
      'PERMISSION_DENIED',
      'With a session cookie a change must say where it comes from: Origin, Sec-Fetch-Site or X-Requested-With.',
    );
}

const foreign = (): RatchetError =>
  new RatchetError('PERMISSION_DENIED', 'Pages of other servers may not use this one.');

function isOwn(origin: string, request: FastifyRequest, options: RequestGateOptions): boolean {
  const { publicUrl, origins, alsoFrom } = options;
  const given = URL.parse(origin);
  if (given && given.host === request.host) return true;
  if (given && publicUrl !== null && given.origin === URL.parse(publicUrl)?.origin) return true;
  return origins.includes(origin) || alsoFrom(request.url, origin);
}

/** Whether a Host header names this server. */
function hostTest({ signedIn, allowedHosts, publicUrl }: RequestGateOptions): (host: string) => boolean {
  const outside = publicUrl === null ? null : (URL.parse(publicUrl)?.host ?? null);
  const names = [...allowedHosts, ...(outside === null ? [] : [outside])].map((name) => name.toLowerCase());
  return (host) => {
    const whole = host.toLowerCase();
    const name = whole.replace(/:\d+$/, '');
    if (name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name)) return true;
    if (!signedIn) return false;
    if (
      names.some((each) => each === whole || each === name || (each.startsWith('*.') && name.endsWith(each.slice(1))))
    )
      return true;
    // An address cannot be pointed elsewhere. Once names are listed, only those count.
    return allowedHosts.length === 0 && isIP(name.replace(/^\[|\]$/g, '')) !== 0;
  };
}

/** Null: from anywhere. Throws VALIDATION_FAILED for what is no address or network. */
function addressTest(allowed: readonly string[]): ((address: string) => boolean) | null {
  if (allowed.length === 0) return null;
  const list = new BlockList();
  for (const each of allowed) {
    const [network = '', bits] = each.split('/');
    const version = isIP(network);
    const most = version === 4 ? 32 : 128;
    const length = bits === undefined ? most : Number(bits);
    if (version === 0 || !Number.isInteger(length) || length < 0 || length > most)
      throw new RatchetError('VALIDATION_FAILED', `${JSON.stringify(each)} is no address or network.`);
    list.addSubnet(network, length, version === 4 ? 'ipv4' : 'ipv6');
  }
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
