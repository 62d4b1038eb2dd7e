import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { contains, isPublic, readAddress } from './address.ts';
import type { NetworkPolicy } from './sandbox.ts';

/** Why a request may not go where it wants to go. The message is for the task's author. */
export class NetworkRefusal extends Error {
  /** `name`: the class of the error that the task sees. */
  constructor(message: string, name: 'NetworkError' | 'RequestLimitError' | 'ResponseLimitError' = 'NetworkError') {
    super(message);
    this.name = name;
  }
}

export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;
export const resolveWithSystem: Resolve = (host) => systemLookup(host, { all: true, verbatim: true });

/** Whether `host[:port]` is what a pattern names: `api.example.org`, `*.example.org`, either with `:8080`. */
const matches = (pattern: string, host: string, port: string): boolean => {
  const found = /^(.*?)(?::(\d+))?$/.exec(pattern.trim().toLowerCase());
  const isBareSix = pattern.split(':').length > 2 && !pattern.startsWith('[');
  const name = isBareSix ? pattern.toLowerCase() : (found?.[1] ?? '');
  const wantedPort = isBareSix ? undefined : found?.[2];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const plain = host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (name === '*') return true;
  return name.startsWith('*.')
    ? plain.endsWith(name.slice(1)) && plain.length > name.length - 1
    : name.replace(/^\[|\]$/g, '') === plain;
};

const portOf = (url: URL): string => url.port || (url.protocol === 'https:' ? '443' : '80');

/**
 * Judges the name in an address before anything is resolved. Throws NetworkRefusal. `URL` has already turned decimal, octal
 * and hexadecimal forms of an address into the usual one.
 */
export const checkUrl = (url: URL, policy: NetworkPolicy): void => {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new NetworkRefusal(`A task can reach http and https addresses, not ${url.protocol}//.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new NetworkRefusal('An address may not hold a user name or password; send an Authorization header instead.');
  }
  if (policy.allow !== null && !policy.allow.some((pattern) => matches(pattern, url.hostname, portOf(url)))) {
    const list = policy.allow.length === 0 ? 'is empty' : `has ${policy.allow.join(', ')}`;
    throw new NetworkRefusal(`${url.host} is not in the task's network.allow list, which ${list}.`);
  }
  const address = readAddress(url.hostname);
  if (address !== null) checkAddress(url.hostname, url.hostname, portOf(url), policy);
};

const checkAddress = (text: string, host: string, port: string, policy: NetworkPolicy): void => {
  const address = readAddress(text);
  if (address === null) throw new NetworkRefusal(`${host} has an address that cannot be read.`);
  if (isPublic(address)) return;
  const allowed = policy.allowPrivate.some((entry) => contains(entry, address) || matches(entry, host, port));
  if (!allowed) {
    throw new NetworkRefusal(
      `${host} is a ${address.range()} address; a task can reach public addresses only, unless the server's configuration allows more.`,
    );
  }
};

/** Where a host stands. Throws NetworkRefusal where one of its addresses is not what the policy lets through. */
export const checkedAddresses = async (
  host: string,
  port: string,
  policy: NetworkPolicy,
  resolve: Resolve = resolveWithSystem,
): Promise<LookupAddress[]> => {
  const found = await resolve(host);
  if (found.length === 0) throw new NetworkRefusal(`${host} has no address.`);
  for (const { address } of found) checkAddress(address, host, port, policy);
  return [...found];
};

/**
 * A lookup for sockets that resolves once, checks every address, and connects to nothing else: what was checked is what is
 * connected to, so that a name that changes its mind between the two gains nothing.
 */
export const createCheckedLookup = (policy: NetworkPolicy, port: string, resolve: Resolve): LookupFunction => {
  return (host, options: LookupOptions, done) => {
    checkedAddresses(host, port, policy, resolve).then(
      (found) => {
        const [first] = found;
        if (options.all === true || first === undefined) done(null, found);
        else done(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => done(error, ''),
    );
  };
};
