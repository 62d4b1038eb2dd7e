import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Reads an address, with IPv4 hidden in IPv6 (mapped, NAT64, 6to4) brought to light. Null for a name. */
export const readAddress = (text: string): Address | null => {
  const bare = text.replace(/^\[|\]$/g, '');
  if (!ipaddr.isValid(bare)) return null;
  const address = ipaddr.parse(bare);
  if (address.kind() === 'ipv4') return address;
  const six = address as ipaddr.IPv6;
  if (six.isIPv4MappedAddress()) return six.toIPv4Address();
  const bytes = six.toByteArray();
  const range = six.range();
  // Of the NAT64 prefixes only the well-known one says where the IPv4 address is.
  if (range === 'rfc6052' && bytes.slice(4, 12).every((byte) => byte === 0)) return new ipaddr.IPv4(bytes.slice(12));
  if (range === '6to4') return new ipaddr.IPv4(bytes.slice(2, 6));
  return six;
};

/**
 * Whether an address is one of the public internet: not private, loopback, link-local, multicast, shared or reserved. Of IPv6
 * only 2000::/3 was ever given out.
 */
export const isPublic = (address: Address): boolean =>
  address.range() === 'unicast' && (address.kind() === 'ipv4' || ((address.toByteArray()[0] ?? 0) & 0xe0) === 0x20);

/** Whether an address lies in a range (`10.0.0.0/8`) or is an address that is written there. A name contains nothing. */
export const contains = (range: string, address: Address): boolean => {
  const [base = '', prefix] = range.split('/');
  const start = readAddress(base);
  if (start === null || start.kind() !== address.kind()) return false;
  const bits = prefix === undefined ? (start.kind() === 'ipv4' ? 32 : 128) : Number(prefix);
  if (!Number.isInteger(bits) || bits < 0 || bits > (start.kind() === 'ipv4' ? 32 : 128)) return false;
  return address.match(start as ipaddr.IPv4 & ipaddr.IPv6, bits);
};
