import type { DestinationRow } from '@ratchet/store/queries/output-destinations';

/** Seals and opens secrets; what was sealed under a context opens under that one only. */
export interface Sealing {
  readonly sealingKey: string;
  /** The number that stands first in what it seals, where there is one. */
  readonly sealingCipher?: number;
  seal(secret: Uint8Array, context: string): { keyId: string; sealed: Uint8Array };
  open(keyId: string, sealed: Uint8Array, context: string): Uint8Array;
}

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** A configuration in two: what may be shown, and what is sealed. */
export function splitSecrets(config: Members, names: readonly string[]): { shown: Members; secrets: Members } {
  const part = (secret: boolean) =>
    Object.fromEntries(
      Object.entries(config).filter(([name, value]) => names.includes(name) === secret && value !== undefined),
    );
  return { shown: part(false), secrets: part(true) };
}

/** A given configuration with the secrets that stay: those it leaves out. null forgets one. */
export function withKeptSecrets(given: Members, kept: Members, names: readonly string[]): Members {
  const merged: Record<string, unknown> = { ...given };
  for (const name of names) {
    const [next, before] = [given[name], kept[name]];
    if (next === null) delete merged[name];
    else if (next === undefined && before !== undefined) merged[name] = before;
    else if (isObject(next)) {
      const members = Object.entries({ ...(isObject(before) ? before : {}), ...next });
      merged[name] = Object.fromEntries(members.filter(([, value]) => value !== null));
    }
  }
  return merged;
}

/** Names of the secrets that are set; one within another as `secrets.name`. */
export const secretFields = (secrets: Members): string[] =>
  Object.entries(secrets)
    .flatMap(([name, value]) => (isObject(value) ? Object.keys(value).map((member) => `${name}.${member}`) : [name]))
    .sort();

/** The secrets themselves, to be taken out of what is shown. */
export const secretValues = (secrets: Members): string[] =>
  Object.values(secrets).flatMap((value) => (isObject(value) ? secretValues(value) : [String(value)]));

const contextOf = (id: string): string => `output destination ${id}`;

/** Secrets as they are stored; nothing where there are none. */
export function sealSecrets(sealing: Sealing, id: string, secrets: Members): Pick<DestinationRow, 'keyId' | 'sealed'> {
  if (Object.keys(secrets).length === 0) return { keyId: null, sealed: null };
  return sealing.seal(Buffer.from(JSON.stringify(secrets), 'utf8'), contextOf(id));
}

/** Throws UNAVAILABLE where the key is not of the ring. */
export function openSecrets(
  sealing: Sealing,
  { id, keyId, sealed }: Pick<DestinationRow, 'id' | 'keyId' | 'sealed'>,
): Members {
  if (keyId === null || sealed === null) return {};
  return JSON.parse(Buffer.from(sealing.open(keyId, sealed, contextOf(id))).toString('utf8')) as Members;
}
