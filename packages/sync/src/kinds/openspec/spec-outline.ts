import { isRequirements, parseMainSpec } from './main-spec.ts';
import { fencesOf, isBlank } from './markdown.ts';
import { requirementBody } from './requirement-body.ts';
import { endsSection, requirementName } from './requirement-line.ts';

interface Section {
  readonly title: string;
  readonly level: number;
  /** Of its heading, from 0. */
  readonly at: number;
  /** Behind its last line. */
  close: number;
  /** Position of the section around it; -1: none. */
  readonly around: number;
}

/** The headings of a spec. Those in fenced code are none. */
function outlineOf(lines: readonly string[]): Section[] {
  const { mask } = fencesOf(lines);
  const sections: Section[] = [];
  const open: number[] = [];
  for (const [at, line] of lines.entries()) {
    const level = mask[at] === 1 ? 0 : headingLevel(line);
    if (level === 0) continue;
    for (let top = sections[open.at(-1) ?? -1]; top && top.level >= level; top = sections[open.at(-1) ?? -1]) {
      top.close = at;
      open.pop();
    }
    sections.push({ title: line.slice(level).trim(), level, at, close: lines.length, around: open.at(-1) ?? -1 });
    open.push(sections.length - 1);
  }
  return sections;
}

function headingLevel(line: string): number {
  let level = 0;
  while (level < 7 && line.charAt(level) === '#') level++;
  return level < 7 && /\s/.test(line.charAt(level)) && !isBlank(line.slice(level)) ? level : 0;
}

/** What stands below the first heading of this title, in any case; null: there is none. */
export function sectionText(lines: readonly string[], title: string): string | null {
  const found = outlineOf(lines).find((section) => section.title.toLowerCase() === title);
  return found
    ? lines
        .slice(found.at + 1, found.close)
        .join('\n')
        .trim()
    : null;
}

/** What keeps a text from being a spec of openspec/specs, by OpenSpec's rules. Empty: nothing does. */
export function faultsOfSpec(lines: readonly string[]): string[] {
  if (!sectionText(lines, 'purpose')) return ['It has no section Purpose, or an empty one.'];
  const sections = outlineOf(lines);
  const top = sections.findIndex(({ title }) => title.toLowerCase() === 'requirements');
  if (top < 0) return ['It has no section Requirements.'];
  const inside = Map.groupBy(sections.entries(), ([, { around }]) => around);
  const below = (of: number) => (inside.get(of) ?? []).map(([at, section]) => ({ section, at }));
  const requirements = below(top);
  const faults = requirements.length === 0 ? [noRequirements] : [];
  for (const { section, at } of requirements) {
    const scenarios = below(at).filter(
      ({ section: { at: from, close } }) => !lines.slice(from + 1, close).every(isBlank),
    );
    if (scenarios.length === 0) faults.push(`"${section.title}" has no scenario.`);
  }
  for (const { name, lines: written } of parseMainSpec(lines).requirements)
    if (requirementBody(written.slice(1)) === '') faults.push(`"${name}" says nothing below its heading.`);
  return [...faults, ...structureFaults(lines)];
}

/** Of a spec without any requirement. */
export const noRequirements = 'It has no requirements.';

/** Headings of a main spec that would be read wrongly, with their lines. */
export function structureFaults(lines: readonly string[]): string[] {
  const { mask } = fencesOf(lines);
  const start = lines.findIndex((line, at) => mask[at] !== 1 && isRequirements(line));
  const next = lines.findIndex((line, at) => start >= 0 && at > start && mask[at] !== 1 && endsSection(line));
  const end = next < 0 ? lines.length : next;
  const first = new Map<string, number>();
  return lines.flatMap((line, at) => {
    if (mask[at] === 1) return [];
    if (/^##\s+(?:ADDED|MODIFIED|REMOVED|RENAMED)\s+Requirements$/i.test(line.slice(0, 200).trimEnd()))
      return [`Line ${at + 1}: "${line.trim()}" belongs into a change, not into the spec.`];
    const name = /^###\s/.test(line) ? requirementName(line) : null;
    if (name === null) return [];
    if (start < 0 || at < start || at >= end) return [`Line ${at + 1}: "${name}" is not below "## Requirements".`];
    const before = first.get(name);
    if (before !== undefined) return [`Line ${at + 1}: "${name}" is there already, on line ${before}.`];
    first.set(name, at + 1);
    return [];
  });
}
