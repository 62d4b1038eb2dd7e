import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { RatchetError } from '@ratchet/contract/errors';
import type { Settings } from './settings.ts';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * What the listener proves itself with; null: it serves plain HTTP. Throws VALIDATION_FAILED for files that cannot be read
 * or do not belong together.
 */
export function readCertificate({ cert, key }: Settings['server']['tls']): Certificate | null {
  if (cert === null || key === null) return null;
  const found = { cert: read(cert, 'server.tls.cert'), key: read(key, 'server.tls.key') };
  try {
    createSecureContext(found);
  } catch (cause) {
    const message = 'server.tls: the certificate and the key are no PEM files, or do not belong together.';
    throw new RatchetError('VALIDATION_FAILED', message, undefined, { cause });
  }
  return found;
}

function read(path: string, setting: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new RatchetError('VALIDATION_FAILED', `${setting}: the file cannot be read (${code}).`, undefined, { cause });
  }
}

/** Grows or changes when one of the files does; what is not there counts as it is. */
export const stampOf = ({ cert, key }: Settings['server']['tls']): string =>
  [cert, key].map((path) => (path === null ? '' : statSync(path, { throwIfNoEntry: false })?.mtimeMs)).join(' ');
