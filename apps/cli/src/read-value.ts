import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { RatchetError } from '@ratchet/contract/errors';
import type { Json } from '@ratchet/contract/json';
import type { Io } from './context.ts';
import { exitCodes, Failed } from './exit.ts';

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

/** A whole number that an option or argument was given as. */
export function numberOf(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new Failed(`${name} is a number, as in --help; it is ${JSON.stringify(text)}.`, exitCodes.usage);
  return Number(text);
}

/** The same, where it may be left out. */
export const optionalNumber = (name: string, text: string | undefined): number | undefined =>
  text === undefined ? undefined : numberOf(name, text);
