import type { Analysis } from '@ratchet/contract/entities/trace';
import type { Output } from './output.ts';

/** An analysis for people. */
export function analysisLines(analysis: Analysis, out: Pick<Output, 'dim' | 'bad' | 'good'>): string[] {
  const { error, category, likelyCause, source, similar, occurrences, suggestions } = analysis;
  const lines: string[] = [];
  if (error !== null) lines.push(out.bad(`${error.class}: ${error.message}`));
  lines.push(out.dim(`Category: ${category}`), '', likelyCause);
  if (source !== null) {
    const width = String(source.lines.at(-1)?.line ?? source.line).length;
    lines.push('', out.dim(source.file));
    for (const { line, text } of source.lines) {
      const here = line === source.line;
      const shown = `${here ? '>' : ' '} ${String(line).padStart(width)} | ${text}`;
      lines.push(here ? out.bad(shown) : shown);
    }
  }
  lines.push('', 'What to do:', ...suggestions.map((one, n) => `  ${n + 1}. ${one}`));
  if (occurrences > 1) {
    lines.push('', `It failed so ${occurrences} times in the last 30 days. Before:`);
    for (const one of similar.slice(0, 5)) lines.push(out.dim(`  ${one.finishedAt ?? '-'}  ${one.executionId}`));
  }
  return lines;
}
