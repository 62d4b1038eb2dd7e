import { createCipheriv, createHash } from 'node:crypto';

/** Random bytes that a seed decides: the key stream of AES-256 in counter mode under the seed's digest. */
export const seededBytes = (seed: string, purpose: string): ((count: number) => Buffer) => {
  const key = createHash('sha256').update(`${purpose}:${seed}`).digest();
  const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return (count) => stream.update(Buffer.alloc(count));
};
