import { webcrypto } from 'node:crypto';

type Json = Record<string, unknown>;
interface KeyPlan {
  type: string;
  extractable: boolean;
  algorithm: Json;
  usages: webcrypto.KeyUsage[];
  key: { format: string; data: unknown };
}
const { subtle } = webcrypto;

/** Undoes the guest's packing: bytes come as `{ $bytes }`, keys inside an algorithm as `{ $key }`. */
const unpack = async (value: unknown): Promise<unknown> => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Promise.all(value.map(unpack));
  if (Object.hasOwn(value, '$bytes')) return bytes(value);
  if (Object.hasOwn(value, '$key')) return keyFrom((value as { $key: unknown }).$key);
  const pairs = Object.entries(value).map(async ([name, held]) => [name, await unpack(held)] as const);
  return Object.fromEntries(await Promise.all(pairs));
};
const bytes = (value: unknown): Buffer => Buffer.from((value as { $bytes: string }).$bytes, 'base64');
const packBytes = (value: ArrayBuffer): Json => ({ $bytes: Buffer.from(value).toString('base64') });

/** Secret keys travel as raw bytes, the others as JWK; both forms hold every key that Web Crypto knows. */
const packKey = async (key: webcrypto.CryptoKey, extractable: boolean): Promise<KeyPlan> => {
  const format = key.type === 'secret' ? 'raw' : 'jwk';
  const exported = await subtle.exportKey(format as 'jwk', key);
  const data = exported instanceof ArrayBuffer ? packBytes(exported) : exported;
  const algorithm = JSON.parse(
    JSON.stringify(key.algorithm, (_, held: unknown) =>
      ArrayBuffer.isView(held) ? packBytes(new Uint8Array(held.buffer).slice().buffer) : held,
    ),
  ) as Json;
  return { type: key.type, extractable, algorithm, usages: [...key.usages], key: { format, data } };
};

type KeyAlgorithm = Parameters<typeof subtle.importKey>[2];
const keyFrom = async (value: unknown): Promise<webcrypto.CryptoKey> => {
  const plan = value as KeyPlan;
  const algorithm = (await unpack(plan.algorithm)) as KeyAlgorithm;
  const { format, data } = plan.key;
  // The guest keeps to `extractable`; here a key must be extractable to be packed again.
  if (format === 'jwk')
    return subtle.importKey('jwk', { ...(data as webcrypto.JsonWebKey), ext: true }, algorithm, true, plan.usages);
  const extractable = !['HKDF', 'PBKDF2'].includes(String(plan.algorithm.name));
  return subtle.importKey('raw', bytes(data), algorithm, extractable, plan.usages);
};

/** HKDF and PBKDF2 take keys that Web Crypto never exports, so their packing keeps the bytes that came in. */
const importKey = async (call: Json, algorithm: KeyAlgorithm): Promise<KeyPlan> => {
  const usages = call.usages as webcrypto.KeyUsage[];
  const name = String((call.algorithm as Json).name);
  if (call.format === 'raw' && ['HKDF', 'PBKDF2'].includes(name.toUpperCase())) {
    await subtle.importKey('raw', bytes(call.data), algorithm, false, usages);
    const key = { format: 'raw', data: call.data };
    return { type: 'secret', extractable: false, algorithm: { name: name.toUpperCase() }, usages, key };
  }
  const data = await unpack(call.data);
  const key =
    call.format === 'jwk'
      ? await subtle.importKey('jwk', { ...(data as webcrypto.JsonWebKey), ext: true }, algorithm, true, usages)
      : await subtle.importKey(call.format as 'raw', data as Buffer, algorithm, true, usages);
  return packKey(key, call.extractable === true);
};

/**
 * Does one operation of `crypto.subtle` for the guest: plain data in, plain data out, nothing kept.
 * Rejects with the errors of Web Crypto.
 */
export const answerCrypto = async (payload: string): Promise<string> => {
  const call = JSON.parse(payload) as Json;
  const algorithm = (await unpack(call.algorithm)) as never; // Web Crypto judges the algorithm itself.
  const answer = async (): Promise<unknown> => {
    switch (call.operation) {
      case 'digest':
        return packBytes(await subtle.digest(algorithm, bytes(call.data)));
      case 'sign':
        return packBytes(await subtle.sign(algorithm, await keyFrom(call.key), bytes(call.data)));
      case 'verify':
        return subtle.verify(algorithm, await keyFrom(call.key), bytes(call.signature), bytes(call.data));
      case 'encrypt':
        return packBytes(await subtle.encrypt(algorithm, await keyFrom(call.key), bytes(call.data)));
      case 'decrypt':
        return packBytes(await subtle.decrypt(algorithm, await keyFrom(call.key), bytes(call.data)));
      case 'deriveBits':
        return packBytes(await subtle.deriveBits(algorithm, await keyFrom(call.key), call.length as number));
      case 'deriveKey': {
        const derived = (await unpack(call.derived)) as never;
        const key = await subtle.deriveKey(algorithm, await keyFrom(call.key), derived, true, call.usages as never);
        return packKey(key, call.extractable === true);
      }
      case 'importKey':
        return importKey(call, algorithm);
      case 'generateKey': {
        const made = await subtle.generateKey(algorithm as 'Ed25519', true, call.usages as never);
        if (!('publicKey' in made)) return packKey(made as unknown as webcrypto.CryptoKey, call.extractable === true); // typed for Ed25519 only
        const publicKey = await packKey(made.publicKey, true);
        return { publicKey, privateKey: await packKey(made.privateKey, call.extractable === true) };
      }
      case 'wrapKey':
        return packBytes(
          await subtle.wrapKey(call.format as 'jwk', await keyFrom(call.key), await keyFrom(call.by), algorithm),
        );
      case 'unwrapKey': {
        const unwrapped = (await unpack(call.unwrapped)) as never;
        const by = await keyFrom(call.by);
        const usages = call.usages as webcrypto.KeyUsage[];
        const format = call.format as 'jwk';
        const key = await subtle.unwrapKey(format, bytes(call.data), by, algorithm, unwrapped, true, usages);
        return packKey(key, call.extractable === true);
      }
      case 'exportKey': {
        const exported = await subtle.exportKey(call.format as 'jwk', await keyFrom(call.key));
        return exported instanceof ArrayBuffer ? packBytes(exported) : exported;
      }
      default:
        throw new TypeError('Unknown operation of crypto.subtle.');
    }
  };
  return JSON.stringify(await answer());
};
