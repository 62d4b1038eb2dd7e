import type { Analysis } from '@ratchet/contract/entities/trace';
import { faulty, thrown, unloadable } from './code-rules.ts';
import { notJson, unfit, withoutSecret } from './data-rules.ts';
import { type Facts, type Failure, type Rule, requestOf } from './facts.ts';
import { answered } from './http-rules.ts';
import { limited } from './limit-rules.ts';
import { unreachable } from './network-rules.ts';

/** The first that has something to say is believed: what is certain comes first, what is guessed last. */
const rules: readonly Rule[] = [
  limited,
  unfit,
  unreachable,
  withoutSecret,
  answered,
  notJson,
  unloadable,
  faulty,
  thrown,
];
const around = 3;

/** Why an execution failed and what to do, out of what is known of it. */
export function analyse(facts: Facts): Pick<Analysis, 'category' | 'likelyCause' | 'source' | 'suggestions'> {
  const { error } = facts.execution;
  if (error === null)
    return {
      category: 'unknown',
      likelyCause: 'It failed without saying why.',
      source: null,
      suggestions: ['Run it again.'],
    };
  const source = sourceAt(facts, error);
  const requests = facts.spans.filter((span) => span.kind === 'http');
  const last = requests.sort((a, b) => a.startMs + a.durationMs - (b.startMs + b.durationMs)).at(-1);
  const failure: Failure = {
    ...facts,
    error,
    line: source?.lines.find(({ line }) => line === error.line)?.text ?? null,
    column: columnOf(error),
    lastRequest: last === undefined ? null : requestOf(last),
  };
  for (const rule of rules) {
    const found = rule(failure);
    if (found !== null) return { ...found, source, suggestions: [...found.suggestions] };
  }
  throw new Error('The last rule answers every error.');
}

function sourceAt({ files }: Facts, { file, line }: { file: string | null; line: number | null }): Analysis['source'] {
  const text = file === null ? undefined : files.get(file);
  if (file === null || line === null || text === undefined) return null;
  const all = text.split(/\r?\n/);
  if (line > all.length) return null;
  const from = Math.max(1, line - around);
  const lines = all.slice(from - 1, line + around).map((shown, n) => ({ line: from + n, text: shown.slice(0, 500) }));
  return { file, line, lines };
}

/** Of the topmost frame, from 1. */
const columnOf = ({
  stack,
  file,
  line,
}: {
  stack: string | null;
  file: string | null;
  line: number | null;
}): number | null => {
  const at = stack === null || file === null ? -1 : stack.indexOf(`${file}:${line}:`);
  const column = at < 0 ? Number.NaN : Number.parseInt((stack ?? '').slice(at + `${file}:${line}:`.length), 10);
  return Number.isNaN(column) ? null : column;
};
