import { type DeltaSpec, parseDeltaSpec, type Requirement } from './delta-spec.ts';
import { parseMainSpec } from './main-spec.ts';
import { fencesOf, linesOf } from './markdown.ts';
import { emptySpec, isReadable, purposeOf } from './purpose.ts';
import { structureFaults } from './spec-outline.ts';
import { folded, lostScenarios, type Note, quoted, validateDelta } from './validate-deltas.ts';

export interface SpecMerge {
  readonly capability: string;
  /** Of the change. */
  readonly folder: string;
  readonly delta: string;
  /** The project's spec; null: there is none yet. Byte order mark included. */
  readonly main: string | null;
}

export interface MergedSpec {
  readonly text: string;
  /** Nothing is to be written: all of it is in the spec already. */
  readonly same: boolean;
  readonly empty: boolean;
}

/** What stops a merge at once, besides what it finds in the project's spec. */
const structural = new Set([
  'unpaired_rename',
  'duplicate_requirement',
  'in_two_sections',
  'modified_old_name',
  'rename_collides',
  'no_entries',
  'no_delta_sections',
]);

/**
 * The spec of a project with a change's delta applied, as OpenSpec applies it: renamed, then removed, modified and added ones. What is
 * in the spec already counts as done. null: it cannot be, and an error says why.
 */
export function mergeSpec({ capability, folder, delta: text, main }: SpecMerge, note: Note): MergedSpec | null {
  const delta = parseDeltaSpec(text);
  let stopped = false;
  const refuse: Note = (...problem) => {
    stopped = true;
    note(...problem);
  };
  validateDelta(delta, (severity, code, message, line) => {
    if (structural.has(code) || code === 'orphan_requirement')
      (severity === 'error' ? refuse : note)(severity, code, message, line);
  });
  if (stopped) return null;
  if (main === null && delta.modified.length + delta.renamed.length > 0) {
    refuse(
      'error',
      'no_main_spec',
      `The project has no spec ${capability}, so that requirements can only be added. Correct the folder's name, or add them.`,
    );
    return null;
  }
  const before = main ?? newSpec({ capability, folder, delta: text }, note);
  const faults = structureFaults(linesOf(before));
  if (faults.length > 0) {
    refuse('error', 'main_spec_broken', `The project's spec ${capability} has to be mended first. ${faults.join(' ')}`);
    return null;
  }
  const spec = parseMainSpec(linesOf(before));
  const applied = applyDelta(spec.requirements, delta, main === null, refuse, note);
  if (stopped || !applied) return null;
  const sectioned = linesOf(before).some((line, at) => line === spec.heading && at === spec.before.length);
  const parts = [
    (sectioned ? spec.before.join('\n') : before).trimEnd(),
    spec.heading,
    [spec.preamble.join('\n').trimEnd(), ...applied.requirements.map(({ lines }) => lines.join('\n'))]
      .filter((part, at) => at > 0 || part !== '')
      .join('\n\n')
      .trimEnd(),
    spec.after.join('\n').trim(),
  ];
  const merged = `${withoutBlankRuns(parts.filter((part) => part !== '').join('\n\n')).trimEnd()}\n`;
  return {
    text: main === null ? merged : endedLike(merged, main),
    same: applied.count === 0,
    empty: applied.requirements.length === 0,
  };
}

function newSpec({ capability, folder, delta }: Omit<SpecMerge, 'main'>, note: Note): string {
  const purpose = purposeOf(delta);
  const spec = emptySpec(capability, folder, purpose);
  if (purpose === null || isReadable(spec)) return spec;
  note(
    'warning',
    'purpose_ignored',
    'Its Purpose would hide what follows in the new spec, so a placeholder stands there. Take headings and comments out of it.',
  );
  return emptySpec(capability, folder, null);
}

type Block = Pick<Requirement, 'name' | 'lines'>;

/** Requirements by name, and by names that are the same but for case and blanks. */
class Blocks {
  readonly #byName: Map<string, Block>;
  readonly #alike = new Map<string, Set<string>>();

  constructor(blocks: readonly Block[]) {
    this.#byName = new Map(blocks.map((one) => [one.name, one]));
    for (const name of this.#byName.keys()) this.#alikeTo(name).add(name);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  get(name: string): Block | undefined {
    return this.#byName.get(name);
  }

  set(block: Block): void {
    this.#byName.set(block.name, block);
    this.#alikeTo(block.name).add(block.name);
  }

  delete(name: string): boolean {
    this.#alikeTo(name).delete(name);
    return this.#byName.delete(name);
  }

  all(): Block[] {
    return [...this.#byName.values()];
  }

  /** A name that is there and differs from this one, if at all, in case and blanks only. */
  twin(name: string, except?: string): string | undefined {
    for (const one of this.#alikeTo(name)) if (one !== except) return one;
    return undefined;
  }

  #alikeTo(name: string): Set<string> {
    const key = folded(name);
    const names = this.#alike.get(key) ?? new Set<string>();
    this.#alike.set(key, names);
    return names;
  }
}

/** The requirements after a delta, in their order, the added ones last. null: a problem was reported. */
function applyDelta(
  current: readonly Requirement[],
  delta: DeltaSpec,
  isNew: boolean,
  refuse: Note,
  note: Note,
): { requirements: Block[]; count: number } | null {
  const blocks = new Blocks(current);
  const order = current.map(({ name }) => name);
  const places = new Map(order.map((name, at) => [name, at]));
  const twin = (name: string, except?: string) => blocks.twin(name, except);
  const missing = (name: string, line: number, other: string | undefined) =>
    refuse(
      'error',
      'no_such_requirement',
      other === undefined
        ? `The spec has no requirement "${name}".`
        : `The spec has no requirement "${name}", but "${other}". Write the name as it is there.`,
      line,
    );
  let count = 0;

  for (const { from, to, line } of delta.renamed) {
    const block = blocks.get(from);
    if (!block) {
      const other = twin(from, to);
      if (blocks.has(to) && other === undefined) continue;
      missing(from, line, other);
      return null;
    }
    const taken = blocks.has(to) ? to : twin(to, from);
    if (taken !== undefined) {
      refuse(
        'error',
        'requirement_exists',
        `"${from}" cannot be renamed to "${to}": the spec has "${taken}". Choose another name.`,
        line,
      );
      return null;
    }
    blocks.delete(from);
    blocks.set({ name: to, lines: [`### Requirement: ${to}`, ...block.lines.slice(1)] });
    const at = places.get(from);
    if (at !== undefined) order[at] = to;
    if (at !== undefined) places.set(to, at);
    places.delete(from);
    count++;
  }
  for (const { name, line } of delta.removed) {
    const other = blocks.has(name) || isNew ? undefined : twin(name);
    if (other !== undefined) {
      missing(name, line, other);
      return null;
    }
    if (blocks.delete(name)) count++;
    else
      note(
        'warning',
        'already_removed',
        `The spec has no requirement "${name}": it is taken as removed already.`,
        line,
      );
  }
  for (const { name, lines, line } of delta.modified) {
    const block = blocks.get(name);
    if (!block) {
      missing(name, line, twin(name));
      return null;
    }
    const lost = lostScenarios({ ...block, line: 0 }, { name, lines, line });
    if (lost.length > 0) {
      refuse(
        'error',
        'scenario_lost',
        `"${name}" leaves out scenarios that the spec has: ${quoted(lost)}. Copy them in, a modified requirement replaces the whole.`,
        line,
      );
      return null;
    }
    if (textOf(block) !== textOf({ name, lines })) count++;
    blocks.set({ name, lines });
  }
  for (const { name, lines, line } of delta.added) {
    const block = blocks.get(name);
    if (block && textOf(block) === textOf({ name, lines })) continue;
    const taken = block ? name : twin(name);
    if (taken !== undefined) {
      refuse(
        'error',
        'requirement_exists',
        `"${name}" cannot be added: the spec has "${taken}". Modify that, or choose another name.`,
        line,
      );
      return null;
    }
    blocks.set({ name, lines });
    count++;
  }
  const kept = order.flatMap((name) => blocks.get(name) ?? []);
  const placed = new Set(order);
  for (const [at, was] of current.entries()) noteForeign(was, blocks.get(order[at] ?? ''), note);
  return {
    requirements: [...kept, ...blocks.all().filter(({ name }) => !placed.has(name))],
    count,
  };
}

const textOf = ({ lines }: Block): string => lines.join('\n').trim();

/** A note below a heading that is no requirement's goes with the requirement before it, which nobody expects. */
function noteForeign(was: Requirement, is: Block | undefined, note: Note): void {
  if (is === was) return;
  const { mask } = fencesOf(was.lines);
  const heading = was.lines.find((line, at) => at > 0 && mask[at] !== 1 && /^ {0,3}#{1,3}(?:[ \t]|$)/.test(line));
  if (heading !== undefined && !is?.lines.includes(heading))
    note(
      'warning',
      'heading_lost',
      `"${heading.trim()}" stands within "${was.name}" in the spec and goes with it. Move it above "## Requirements" to keep it.`,
    );
}

/** One blank line at most between others, but as they are in code. */
function withoutBlankRuns(text: string): string {
  const lines = text.split('\n');
  const { mask } = fencesOf(lines);
  return lines
    .filter((line, at) => line !== '' || lines[at - 1] !== '' || mask[at] === 1 || mask[at - 1] === 1)
    .join('\n');
}

/** A text with the line endings that prevail in another. */
function endedLike(text: string, like: string): string {
  const all = like.split('\n').length - 1;
  const crlf = like.split('\r\n').length - 1;
  const plain = text.replaceAll('\r\n', '\n');
  if (all === 0) return text;
  return crlf >= all - crlf ? plain.replaceAll('\n', '\r\n') : plain;
}
