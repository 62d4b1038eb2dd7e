import type { Realm } from './realm.ts';

/**
 * crypto: getRandomValues, randomUUID and subtle. Keys are plain data held behind a private slot; the host gets key, algorithm
 * and bytes with each operation and keeps nothing.
 */
export function installCrypto(realm: Realm): void {
  type Algorithm = Record<string, unknown>;
  type KeyData = { format: string; data: unknown };
  interface KeyPlan {
    type: string;
    extractable: boolean;
    algorithm: Algorithm;
    usages: string[];
    key: KeyData;
  }
  const { parse, stringify } = realm.json;
  const secret = new WeakMap<object, KeyPlan>();

  class CryptoKey {
    readonly type: string;
    readonly extractable: boolean;
    readonly algorithm: Algorithm;
    readonly usages: string[];
    constructor(plan: KeyPlan) {
      this.type = plan.type;
      this.extractable = plan.extractable;
      this.algorithm = plan.algorithm;
      this.usages = plan.usages;
    }
  }
  const makeKey = (plan: KeyPlan): CryptoKey => {
    const key = new CryptoKey(plan);
    secret.set(key, plan);
    return key;
  };
  const planOf = (key: unknown, usage: string | null): KeyPlan => {
    const plan = typeof key === 'object' && key !== null ? secret.get(key) : undefined;
    if (plan === undefined) throw new TypeError('The key is not a CryptoKey.');
    if (usage !== null && !plan.usages.includes(usage)) {
      throw realm.makeError('InvalidAccessError', `The key may not be used to ${usage}.`);
    }
    return plan;
  };

  /** Values as JSON: bytes become `{ $bytes: base64 }`, keys become their plain data. */
  const pack = (value: unknown, depth = 0): unknown => {
    const bytes = realm.bytesOf(value);
    if (bytes !== null) return { $bytes: realm.base64.encode(bytes) };
    if (typeof value !== 'object' || value === null) return value;
    const plan = secret.get(value);
    if (plan !== undefined) return { $key: plan };
    if (depth > 4) throw new TypeError('The algorithm is nested too deeply.');
    if (Array.isArray(value)) return value.map((item) => pack(item, depth + 1));
    return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, pack(held, depth + 1)]));
  };
  const unpack = (value: unknown): unknown => {
    const text = typeof value === 'object' && value !== null ? Reflect.get(value, '$bytes') : undefined;
    return typeof text === 'string' ? realm.base64.decode(text).slice().buffer : value;
  };
  const nameOf = (algorithm: unknown): Algorithm =>
    typeof algorithm === 'string' ? { name: algorithm } : ((algorithm ?? {}) as Algorithm);
  const call = async (operation: string, values: Record<string, unknown>): Promise<unknown> => {
    const packed = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, pack(value)]));
    const payload = stringify({ operation, ...packed }) as string;
    if (payload.length > realm.limits.requestBytes * 2)
      throw realm.makeError('OperationError', 'The data is too large.');
    return parse(await realm.ask('crypto', payload));
  };
  const bytesFrom = (value: unknown): Uint8Array => {
    const bytes = realm.bytesOf(value);
    if (bytes === null) throw new TypeError('The data must be an ArrayBuffer or a view of one.');
    return bytes;
  };
  const withKey =
    (operation: string) =>
    async (algorithm: unknown, key: unknown, data: unknown): Promise<unknown> =>
      unpack(
        await call(operation, { algorithm: nameOf(algorithm), key: planOf(key, operation), data: bytesFrom(data) }),
      );
  const keysFrom = (made: unknown): unknown => {
    const plans = made as KeyPlan | { publicKey: KeyPlan; privateKey: KeyPlan };
    if ('publicKey' in plans) return { publicKey: makeKey(plans.publicKey), privateKey: makeKey(plans.privateKey) };
    return makeKey(plans);
  };

  const subtle = {
    digest: async (algorithm: unknown, data: unknown) =>
      unpack(await call('digest', { algorithm: nameOf(algorithm), data: bytesFrom(data) })),
    sign: withKey('sign'),
    encrypt: withKey('encrypt'),
    decrypt: withKey('decrypt'),
    verify: async (algorithm: unknown, key: unknown, signature: unknown, data: unknown) =>
      call('verify', {
        algorithm: nameOf(algorithm),
        key: planOf(key, 'verify'),
        signature: bytesFrom(signature),
        data: bytesFrom(data),
      }),
    importKey: async (format: unknown, data: unknown, algorithm: unknown, extractable: unknown, usages: string[]) =>
      keysFrom(
        await call('importKey', {
          format,
          data,
          algorithm: nameOf(algorithm),
          extractable: extractable === true,
          usages: [...usages],
        }),
      ),
    generateKey: async (algorithm: unknown, extractable: unknown, usages: string[]) =>
      keysFrom(
        await call('generateKey', {
          algorithm: nameOf(algorithm),
          extractable: extractable === true,
          usages: [...usages],
        }),
      ),
    exportKey: async (format: unknown, key: unknown) => {
      const plan = planOf(key, null);
      if (!plan.extractable) throw realm.makeError('InvalidAccessError', 'The key is not extractable.');
      return unpack(await call('exportKey', { format, key: plan }));
    },
    wrapKey: async (format: unknown, key: unknown, wrapping: unknown, algorithm: unknown) => {
      const plan = planOf(key, null);
      if (!plan.extractable) throw realm.makeError('InvalidAccessError', 'The key is not extractable.');
      const by = planOf(wrapping, 'wrapKey');
      return unpack(await call('wrapKey', { format, key: plan, by, algorithm: nameOf(algorithm) }));
    },
    unwrapKey: async (
      format: unknown,
      data: unknown,
      wrapping: unknown,
      algorithm: unknown,
      unwrapped: unknown,
      extractable: unknown,
      usages: string[],
    ) =>
      keysFrom(
        await call('unwrapKey', {
          format,
          data: bytesFrom(data),
          by: planOf(wrapping, 'unwrapKey'),
          algorithm: nameOf(algorithm),
          unwrapped: nameOf(unwrapped),
          extractable: extractable === true,
          usages: [...usages],
        }),
      ),
    deriveBits: async (algorithm: unknown, key: unknown, length: unknown) =>
      unpack(await call('deriveBits', { algorithm: nameOf(algorithm), key: planOf(key, 'deriveBits'), length })),
    deriveKey: async (algorithm: unknown, key: unknown, derived: unknown, extractable: unknown, usages: string[]) =>
      keysFrom(
        await call('deriveKey', {
          algorithm: nameOf(algorithm),
          key: planOf(key, 'deriveKey'),
          derived: nameOf(derived),
          extractable: extractable === true,
          usages: [...usages],
        }),
      ),
  };

  const random = (count: number): Uint8Array => {
    const text = realm.host('random', `${count}`);
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += 1) bytes[at] = text.charCodeAt(at);
    return bytes;
  };
  realm.define('CryptoKey', CryptoKey);
  realm.define('crypto', {
    subtle,
    getRandomValues: (view: unknown) => {
      if (
        !ArrayBuffer.isView(view) ||
        view instanceof DataView ||
        view instanceof Float32Array ||
        view instanceof Float64Array
      ) {
        throw realm.makeError('TypeMismatchError', 'getRandomValues takes an array of integers.');
      }
      if (view.byteLength > 65_536)
        throw realm.makeError('QuotaExceededError', 'getRandomValues gives 65536 bytes at once.');
      new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(random(view.byteLength));
      return view;
    },
    randomUUID: () => {
      const bytes = random(16);
      bytes[6] = ((bytes[6] ?? 0) & 15) | 64;
      bytes[8] = ((bytes[8] ?? 0) & 63) | 128;
      const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    },
  });
}
