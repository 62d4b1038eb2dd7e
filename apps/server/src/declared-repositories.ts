import { readFileSync } from 'node:fs';
import { RatchetError } from '@ratchet/contract/errors';
import type { Declaration } from '@ratchet/repositories/declare-repositories';
import { LineCounter, parseDocument } from 'yaml';
import { substitute } from './configuration/substitute.ts';
import { declarationOf } from './declaration-of.ts';

/**
 * The repositories that a YAML file declares: `repositories`, a list of their settings in snake_case, or a list alone.
 * `${NAME}` in a value is that environment variable. null: there is no such file. Throws VALIDATION_FAILED that names
 * file, line and setting.
 */
export function readDeclarations(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
  pushback: Readonly<Record<string, unknown>> = {},
): Declaration[] | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw wrong(path, null, `cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [fault] = document.errors;
  if (fault) throw wrong(path, lines.linePos(fault.pos[0]).line, fault.message.split('\n')[0] ?? '');
  const value = document.toJS() as unknown;
  const list = Array.isArray(value) ? value : (value as { repositories?: unknown } | null)?.repositories;
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw wrong(path, 1, 'repositories is a list.');
  return list.map((entry, i) => {
    const node = document.getIn(Array.isArray(value) ? [i] : ['repositories', i], true) as { range?: [number] } | null;
    const line = node?.range ? lines.linePos(node.range[0]).line : null;
    try {
      return declarationOf(withVariables(entry, environment), pushback);
    } catch (error) {
      if (error instanceof RatchetError) throw wrong(path, line, `repository ${i + 1}: ${error.message}`);
      throw error;
    }
  });
}

function withVariables(value: unknown, environment: Readonly<Record<string, string | undefined>>): unknown {
  if (typeof value === 'string') {
    const put = substitute(value, environment);
    if (put.wrong !== null) throw new RatchetError('VALIDATION_FAILED', put.wrong);
    return put.text;
  }
  if (Array.isArray(value)) return value.map((each) => withVariables(each, environment));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withVariables(each, environment)]));
}

const wrong = (path: string, line: number | null, message: string): RatchetError =>
  new RatchetError('VALIDATION_FAILED', `${path}${line === null ? '' : `:${line}`}: ${message}`);
