import { fencesOf, isBlank } from './markdown.ts';

/** What a requirement says: the text before its first heading, without code. Lines like `**ID**: 7` count only alone. */
export function requirementBody(lines: readonly string[]): string {
  const { mask } = fencesOf(lines);
  const body: string[] = [];
  const metadata: string[] = [];
  for (const [at, line] of lines.entries()) {
    if (mask[at] === 1) continue;
    if (isHeading(line, 6)) break;
    const text = line.trim();
    if (text !== '') (isMetadata(text) ? metadata : body).push(text);
  }
  return (body.length > 0 ? body : metadata).join('\n');
}

/** Whether a text uses one of the words that make a requirement binding. */
export const isBinding = (text: string): boolean => /\b(?:SHALL|MUST)\b/.test(text);

interface Scenario {
  readonly name: string;
  readonly empty: boolean;
}

/** Headings of the fourth level, whatever they say, and whether anything stands below them. */
export function scenariosOf(lines: readonly string[]): Scenario[] {
  const { mask } = fencesOf(lines);
  const scenarios: { name: string; empty: boolean }[] = [];
  let open: { name: string; empty: boolean } | null = null;
  for (const [at, line] of lines.entries()) {
    const heading = mask[at] !== 1 && isHeading(line, 4);
    if (heading && line.startsWith('####')) {
      open = { name: scenarioName(line), empty: true };
      scenarios.push(open);
    } else if (heading) open = null;
    else if (open && !isBlank(line)) open.empty = false;
  }
  return scenarios;
}

/** A heading of at most this level, at the margin. */
function isHeading(line: string, level: number): boolean {
  let at = 0;
  while (at <= level && line.charAt(at) === '#') at++;
  return at > 0 && at <= level && /\s/.test(line.charAt(at));
}

function scenarioName(line: string): string {
  const text = line.slice(4).trimStart();
  const closed = withoutClosingRun(text);
  return (/^scenario:/i.test(closed) ? closed.slice('scenario:'.length) : closed).trim();
}

/** As `withoutClosing`, but what is left keeps its blanks: a title may consist of nothing else. */
function withoutClosingRun(text: string): string {
  let to = text.length;
  while (to > 0 && /[ \t]/.test(text.charAt(to - 1))) to--;
  let from = to;
  while (from > 0 && text.charAt(from - 1) === '#') from--;
  return from < to && from > 0 && /[ \t]/.test(text.charAt(from - 1)) ? text.slice(0, from) : text;
}

/** `**Word**:` at the beginning. */
function isMetadata(text: string): boolean {
  if (!text.startsWith('**') || text.charAt(2) === '*') return false;
  const end = text.indexOf('*', 2);
  return end > 2 && text.startsWith('**:', end);
}
