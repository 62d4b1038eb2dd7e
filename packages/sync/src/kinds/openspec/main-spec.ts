import { type Requirement, trimmedEnd } from './delta-spec.ts';
import { fencesOf } from './markdown.ts';
import { endsSection, requirementName } from './requirement-line.ts';

/** A spec.md of openspec/specs around its requirements. */
export interface MainSpec {
  /** Before `## Requirements`. */
  readonly before: readonly string[];
  readonly heading: string;
  /** Before the first requirement. */
  readonly preamble: readonly string[];
  readonly requirements: readonly Requirement[];
  /** From the next section on. */
  readonly after: readonly string[];
}

/** Takes a main spec apart. Without `## Requirements`, all of it comes before. Lines are those of `linesOf`. */
export function parseMainSpec(lines: readonly string[]): MainSpec {
  const { mask } = fencesOf(lines);
  const isAt = (at: number, test: (line: string) => boolean) => mask[at] !== 1 && test(lines[at] ?? '');
  const start = lines.findIndex((_, at) => isAt(at, isRequirements));
  if (start < 0) return { before: lines, heading: '## Requirements', preamble: [], requirements: [], after: [] };
  let end = start + 1;
  while (end < lines.length && !isAt(end, endsSection)) end++;

  const heads: { name: string; at: number }[] = [];
  for (let at = start + 1; at < end; at++) {
    const name = mask[at] === 1 ? null : requirementName(lines[at] ?? '');
    if (name !== null) heads.push({ name, at });
  }
  return {
    before: lines.slice(0, start),
    heading: lines[start] ?? '',
    preamble: lines.slice(start + 1, heads[0]?.at ?? end),
    requirements: heads.map(({ name, at }, n) => ({
      name,
      lines: trimmedEnd(lines.slice(at, heads[n + 1]?.at ?? end)),
      line: at + 1,
    })),
    after: lines.slice(end),
  };
}

export const isRequirements = (line: string): boolean => isTitled(line, 'requirements');

/** `## Title`, in any case, with nothing behind it. */
export const isTitled = (line: string, title: string): boolean =>
  endsSection(line) && line.slice(2).trim().toLowerCase() === title;
