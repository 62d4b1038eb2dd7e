import type { DeltaSpec, NamedLine, Requirement } from './delta-spec.ts';
import { parseMainSpec } from './main-spec.ts';
import { linesOf } from './markdown.ts';
import { isBinding, requirementBody, scenariosOf } from './requirement-body.ts';

/** Reports something of one file; `line` from 1. */
export type Note = (severity: 'error' | 'warning' | 'info', code: string, message: string, line?: number) => void;

/** A name without regard to case and to how many blanks there are. */
export const folded = (name: string): string => name.toLowerCase().replace(/\s+/g, ' ');

/** What OpenSpec's rules say of one spec.md of a change. Answers how many deltas it has. */
export function validateDelta(spec: DeltaSpec, note: Note): number {
  for (const { name, line, section } of spec.strays)
    note(
      'info',
      'stray_heading',
      `"### ${name}" in ${section} is no requirement and counts for nothing. Write "### Requirement: ${nameless(name)}" if it is one.`,
      line,
    );
  for (const { name, line, side } of spec.unpaired) {
    const missing = side === 'FROM' ? 'TO' : 'FROM';
    note(
      'error',
      'unpaired_rename',
      `${side}: "${name}" has no ${missing}: line. Write each renaming as FROM: with TO: right below.`,
      line,
    );
  }
  for (const { name, line, section } of spec.orphans) {
    const where = section ? `under "## ${section}"` : 'above the first section';
    note(
      'warning',
      'orphan_requirement',
      `"${name}" is ${where} and counts for nothing. Move it under ADDED, MODIFIED, REMOVED or RENAMED Requirements.`,
      line,
    );
  }
  const added = validateRequirements('ADDED', spec.added, note);
  const modified = validateRequirements('MODIFIED', spec.modified, note);
  const removed = distinct(spec.removed, ({ name, line }) =>
    note('error', 'duplicate_requirement', `"${name}" is removed twice. Take one out.`, line),
  );
  distinct(
    spec.renamed.map(({ from, line }) => ({ name: from, line })),
    ({ name, line }) => note('error', 'duplicate_requirement', `"${name}" is renamed twice. Take one out.`, line),
  );
  distinct(
    spec.renamed.map(({ to, line }) => ({ name: to, line })),
    ({ name, line }) =>
      note('error', 'duplicate_requirement', `Two requirements are renamed to "${name}". Give one another name.`, line),
  );
  validateTogether(spec, { added, modified, removed }, note);
  const count = spec.added.length + spec.modified.length + spec.removed.length + spec.renamed.length;
  if (count === 0 && spec.sections.length > 0)
    note(
      'error',
      'no_entries',
      'Its sections hold no requirement. Write each as "### Requirement: Name" with what it says below.',
    );
  if (count === 0 && spec.sections.length === 0)
    note(
      'error',
      'no_delta_sections',
      'It says nothing of requirements. Write "## ADDED Requirements", or MODIFIED, REMOVED, RENAMED; keep notes outside specs/.',
    );
  return count;
}

const nameless = (name: string): string => (/^requirement:?$/i.test(name) ? '<name>' : name);

function validateRequirements(
  section: 'ADDED' | 'MODIFIED',
  requirements: readonly Requirement[],
  note: Note,
): ReadonlyMap<string, number> {
  for (const { name, lines, line } of requirements) {
    const rest = lines.slice(1);
    const body = requirementBody(rest);
    if (body === '')
      note('error', 'missing_text', `"${name}" says nothing. Write below its heading what the system SHALL do.`, line);
    else if (!isBinding(body))
      note(
        'warning',
        'missing_shall',
        `The text of "${name}" says neither SHALL nor MUST. Write what the system SHALL do, below the heading.`,
        line,
      );
    const scenarios = scenariosOf(rest);
    if (!scenarios.some(({ empty }) => !empty)) {
      const why = scenarios.length > 0 ? ' One without anything below it does not count.' : '';
      note(
        'error',
        'no_scenario',
        `"${name}" has no scenario. Add "#### Scenario: Name" with "- **WHEN** …" and "- **THEN** …" below.${why}`,
        line,
      );
    }
  }
  return distinct(requirements, ({ name, line }) =>
    note('error', 'duplicate_requirement', `"${name}" is in ${section} twice. Take one out.`, line),
  );
}

/** Lines by name; of names that stand more than once the first counts, and the others are reported. */
function distinct(named: readonly NamedLine[], repeated: (one: NamedLine) => void): Map<string, number> {
  const lines = new Map<string, number>();
  for (const one of named)
    if (lines.has(one.name)) repeated(one);
    else lines.set(one.name, one.line);
  return lines;
}

type Names = Readonly<Record<'added' | 'modified' | 'removed', ReadonlyMap<string, number>>>;

function validateTogether(spec: DeltaSpec, { added, modified, removed }: Names, note: Note): void {
  const both = (name: string, one: string, other: string, line: number) =>
    note('error', 'in_two_sections', `"${name}" is in both ${one} and ${other}. Keep one of them.`, line);
  for (const [name, line] of modified) {
    if (removed.has(name)) both(name, 'MODIFIED', 'REMOVED', line);
    if (added.has(name)) both(name, 'MODIFIED', 'ADDED', line);
  }
  for (const [name, line] of added) if (removed.has(name)) both(name, 'ADDED', 'REMOVED', line);
  const removedFolded = new Set([...removed.keys()].map(folded));
  for (const { from, to, line } of spec.renamed) {
    if (modified.has(from))
      note(
        'error',
        'modified_old_name',
        `"${from}" is modified under its old name. Use "${to}" there.`,
        modified.get(from),
      );
    if (added.has(to))
      note(
        'error',
        'rename_collides',
        `"${to}" is added, and "${from}" is renamed to it. Give one another name.`,
        line,
      );
    if (removedFolded.has(folded(from))) both(from, 'RENAMED', 'REMOVED', line);
  }
}

/**
 * Scenarios that the project's spec has and a modified requirement leaves out: it replaces the whole requirement, so that
 * they would be lost.
 */
export function validateAgainstMain(spec: DeltaSpec, mainText: string, note: Note): void {
  const current = new Map(parseMainSpec(linesOf(mainText)).requirements.map((one) => [one.name, one]));
  const formerly = new Map(spec.renamed.map(({ from, to }) => [to, from]));
  const gone = new Set(spec.renamed.map(({ from }) => from));
  for (const requirement of spec.modified) {
    if (gone.has(requirement.name)) continue;
    const seen = new Set<string>();
    let name: string | undefined = requirement.name;
    while (name !== undefined && !current.has(name) && !seen.has(name)) {
      seen.add(name);
      name = formerly.get(name);
    }
    const was = name === undefined ? undefined : current.get(name);
    const lost = was ? lostScenarios(was, requirement) : [];
    if (lost.length > 0)
      note(
        'error',
        'scenario_lost',
        `"${requirement.name}" leaves out scenarios that the spec has: ${quoted(lost)}. Copy them in, a modified requirement replaces the whole.`,
        requirement.line,
      );
  }
}

/** Names of scenarios that a requirement had and its new form has not, as often as they are missing. */
export function lostScenarios(was: Requirement, is: Requirement): string[] {
  const left = new Map<string, number>();
  for (const { name } of scenariosOf(is.lines)) left.set(name, (left.get(name) ?? 0) + 1);
  return scenariosOf(was.lines).flatMap(({ name }) => {
    const count = left.get(name) ?? 0;
    left.set(name, count - 1);
    return count > 0 ? [] : [name];
  });
}

export const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
