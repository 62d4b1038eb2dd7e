import { randomBytes } from 'node:crypto';

let last = 0n;

/** A UUIDv7 (RFC 9562), growing strictly within this process, so that rows made in one millisecond keep their order. */
export function newId(): string {
  const random = randomBytes(10);
  const fraction = BigInt(random.readUInt16BE(0) & 0x0fff);
  let stamp = (BigInt(Date.now()) << 12n) | fraction;
  if (stamp <= last) stamp = last + 1n;
  last = stamp;
  const time = (stamp >> 12n).toString(16).padStart(12, '0');
  const counter = (stamp & 0xfffn).toString(16).padStart(3, '0');
  const rest = random.subarray(2);
  rest[0] = ((rest[0] ?? 0) & 0x3f) | 0x80;
  const tail = rest.toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}
