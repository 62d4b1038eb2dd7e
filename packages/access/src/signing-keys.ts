import { RatchetError } from '@ratchet/contract/errors';
import type { Database } from '@ratchet/store/database';
import { newId } from '@ratchet/store/id';
import {
  deleteOldSigningKeys,
  insertSigningKey,
  resealSigningKey,
  type SigningKeyRow,
  signingKeys as storedKeys,
} from '@ratchet/store/queries/signing-keys';
import { type CryptoKey, importJWK, type JWK } from 'jose';
import type { KeyRing } from './key-ring.ts';

const signsForMs = 90 * 86_400_000;
const askAgainMs = 5000;
const context = (publicKey: string) => `signing key ${publicKey}`;

/** A pair as JSON Web Keys; the private half in clear, in memory only. */
export interface SigningKey {
  readonly id: string;
  readonly publicKey: string;
  readonly privateKey: string;
  readonly createdAt: Date;
  readonly expiresAt?: Date;
}

export type SigningKeys = ReturnType<typeof signingKeys>;

/**
 * The pairs that sign access tokens, Ed25519, each for 90 days. Their private halves are sealed by the key ring; what does
 * not open (a ring that lost its key) signs no more. `countsForMs`: how long a token is good.
 */
export function signingKeys({ db }: Pick<Database, 'db'>, ring: KeyRing, countsForMs: number) {
  let known: Promise<SigningKey[]> | null = null;
  let askedAt = 0;
  const imported = new Map<string, Promise<CryptoKey>>();

  const load = (): Promise<SigningKey[]> => {
    askedAt = Date.now();
    known = storedKeys(db, countsForMs).then((rows) => rows.flatMap((row) => open(row, ring) ?? []));
    known.catch(() => {
      known = null;
    });
    return known;
  };
  const all = () => known ?? load();
  return {
    all,
    async add(pair: Pick<SigningKey, 'publicKey' | 'privateKey'>): Promise<SigningKey> {
      const { publicKey, privateKey } = pair;
      await deleteOldSigningKeys(db, countsForMs);
      const row = await insertSigningKey(db, {
        id: newId(),
        publicKey,
        privateKey: close(ring, publicKey, privateKey),
        createdAt: new Date(),
        expiresAt: new Date(Date.now() + signsForMs),
      });
      known = null;
      return { ...row, privateKey, expiresAt: row.expiresAt ?? new Date() };
    },
    /** The public half of that name, which another node may have made a moment ago. Null: there is none. */
    async publicKey(id: string): Promise<CryptoKey | null> {
      let key = (await all()).find((each) => each.id === id);
      if (!key && Date.now() - askedAt > askAgainMs) key = (await load()).find((each) => each.id === id);
      if (!key) return null;
      const { publicKey } = key;
      const made = imported.get(id) ?? (importJWK(JSON.parse(publicKey) as JWK, 'EdDSA') as Promise<CryptoKey>);
      imported.set(id, made);
      return made;
    },
    /** Seals anew what a key seals that is not the ring's first any more; answers how many. */
    async reseal(): Promise<number> {
      let count = 0;
      for (const row of await storedKeys(db, countsForMs)) {
        const { keyId } = parse(row.privateKey);
        const opened = keyId === ring.sealingKey ? null : open(row, ring);
        if (!opened) continue;
        await resealSigningKey(db, row.id, row.privateKey, close(ring, row.publicKey, opened.privateKey));
        count++;
      }
      return count;
    },
  };
}

/** `<id of the ring's key>:<sealed, in base64>` */
function close(ring: KeyRing, publicKey: string, privateKey: string): string {
  const { keyId, sealed } = ring.seal(Buffer.from(privateKey), context(publicKey));
  return `${keyId}:${Buffer.from(sealed).toString('base64')}`;
}

function parse(stored: string): { keyId: string; sealed: Buffer } {
  const [keyId = '', sealed = ''] = stored.split(':');
  return { keyId, sealed: Buffer.from(sealed, 'base64') };
}

function open(row: SigningKeyRow, ring: KeyRing): SigningKey | null {
  const { id, publicKey, createdAt, expiresAt } = row;
  const { keyId, sealed } = parse(row.privateKey);
  try {
    const privateKey = Buffer.from(ring.open(keyId, sealed, context(publicKey))).toString();
    return { id, publicKey, privateKey, createdAt, ...(expiresAt ? { expiresAt } : {}) };
  } catch (error) {
    if (error instanceof RatchetError) return null;
    throw error;
  }
}
