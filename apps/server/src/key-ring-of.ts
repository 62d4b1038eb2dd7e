import { join } from 'node:path';
import { type KeyRing, keyRing, keysFromFile, keysFromText, keysFromValues } from '@ratchet/access/key-ring';
import { RatchetError } from '@ratchet/contract/errors';
import { readText } from './configuration/read-file.ts';
import type { Settings } from './settings.ts';

/** The ring that seals secrets: keys of the configuration, of a file that it names, or of the data folder's own. */
export function keyRingOf({ security, database }: Pick<Settings, 'security' | 'database'>): KeyRing {
  const { keys, keysFile, cipher } = security;
  if (keys.length > 0) return keyRing(keysFromValues(keys), cipher);
  if (keysFile === null) return keyRing(keysFromFile(join(database.dataDir, 'keys.json')), cipher);
  const found = readText(keysFile);
  // One that is named and not there is not made: what it should have held is what opens the secrets.
  if (!found) throw new RatchetError('VALIDATION_FAILED', 'security.keys_file: there is no such file.');
  return keyRing(keysFromText(found.text), cipher);
}
