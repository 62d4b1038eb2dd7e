import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { RatchetError } from '@ratchet/contract/errors';
import type { Json } from '@ratchet/contract/json';
import type { Io } from './context.ts';

/** A text given as itself, as `@file`, or as `-` for standard input. */
export async function readText(given: string, io: Io): Promise<string> {
  if (given === '-') return text(io.stdin);
  if (!given.startsWith('@')) return given;
  try {
    return readFileSync(given.slice(1), 'utf8');
  } catch (error) {
    throw new RatchetError('VALIDATION_FAILED', `The file ${given.slice(1)} cannot be read.`, undefined, {
      cause: error,
    });
  }
}

/** JSON given in one of the same ways. */
export async function readJson(given: string, io: Io): Promise<Json> {
  const source = await readText(given, io);
  try {
    return JSON.parse(source) as Json;
  } catch (error) {
    throw new RatchetError(
      'VALIDATION_FAILED',
      `That is not JSON: ${(error as Error).message}. Give JSON, @file or - for standard input.`,
      undefined,
      { cause: error },
    );
  }
}
