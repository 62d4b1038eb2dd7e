import { fencesOf, headingOf, isBlank, linesOf } from './markdown.ts';

export interface ReadSection {
  readonly title: string;
  readonly level: number;
  /** Of its heading, from 0. */
  readonly at: number;
  /** The line of the next heading, of any level. */
  readonly end: number;
  /** The line of the next heading that is not below it. */
  readonly close: number;
}

export interface ReadProposal {
  /** Of the change; null: it names none. */
  readonly title: string | null;
  readonly why: string | null;
  readonly whatChanges: string | null;
  readonly impact: string | null;
  readonly capabilities: string | null;
  /** What title, why, whatChanges and impact do not cover, for comparing. */
  readonly rest: string;
}

/** Titles of sections that are read as one, the first that is there; of the later ones in a list all that are there. */
const parts = {
  why: [['why'], ['problem', 'problem statement', 'motivation', 'background']],
  whatChanges: [['what changes'], ['summary', 'solution', 'proposed solution', 'changes']],
  impact: [['impact']],
  capabilities: [['capabilities']],
} as const;

/**
 * Reads a proposal leniently: headings of any level, in any order, with numbers, colons or emphasis; in place of Why also
 * Problem and Motivation, in place of What Changes also Summary and Solution. Headings in fenced code are none.
 */
export function readProposal(text: string): ReadProposal {
  const lines = linesOf(text);
  const sections = sectionsOf(lines);
  const named = sections.map((one) => ({ ...one, name: plain(one.title) }));
  const covered = new Set<number>();
  const contentOf = (groups: readonly (readonly string[])[]): string | null => {
    for (const titles of groups) {
      const found = titles.length === 1 ? named.filter(({ name }) => name === titles[0]).slice(0, 1) : [];
      if (titles.length > 1)
        for (const one of named) if (titles.includes(one.name) && one.at >= (found.at(-1)?.close ?? 0)) found.push(one);
      const contents = found
        .map(({ at, close }) =>
          lines
            .slice(at + 1, close)
            .join('\n')
            .trim(),
        )
        .filter((one) => one !== '');
      for (const { at, close } of found) for (let line = at; line < close; line++) covered.add(line);
      if (contents.length > 0) return contents.join('\n\n');
    }
    return null;
  };
  const why = contentOf(parts.why);
  const whatChanges = contentOf(parts.whatChanges);
  const impact = contentOf(parts.impact);
  const heading = titleOf(lines, sections);
  if (heading) covered.add(heading.at);
  const rest = lines.filter((line, at) => !covered.has(at) && !isBlank(line)).join('\n');
  const capabilities = contentOf(parts.capabilities);
  return { title: heading?.title ?? null, why, whatChanges, impact, capabilities, rest };
}

/** The headings of a text, each with the lines that stand below it. */
export function sectionsOf(lines: readonly string[]): ReadSection[] {
  const { mask } = fencesOf(lines);
  const sections: { title: string; level: number; at: number; end: number; close: number }[] = [];
  const open: number[] = [];
  for (const [at, line] of lines.entries()) {
    const heading = mask[at] === 1 || !line.includes('#') ? null : headingOf(line);
    if (!heading) continue;
    const last = sections.at(-1);
    if (last) last.end = at;
    for (let top = sections[open.at(-1) ?? -1]; top && top.level >= heading.level; top = sections[open.at(-1) ?? -1]) {
      top.close = at;
      open.pop();
    }
    open.push(sections.length);
    sections.push({ ...heading, at, end: lines.length, close: lines.length });
  }
  return sections;
}

/** `# Change: Title`, or any heading of the first level, underlined ones too, that says more than what the file is. */
function titleOf(lines: readonly string[], sections: readonly ReadSection[]): { title: string; at: number } | null {
  const first = sections.find(({ level }) => level === 1);
  const found = first ?? underlined(lines, sections[0]?.at ?? lines.length);
  if (!found) return null;
  const title = found.title.replace(/^(?:change proposal|change|proposal)(?:\s*:\s*|\s+[–—-]\s+|$)/i, '').trim();
  return title === '' ? null : { title, at: found.at };
}

function underlined(lines: readonly string[], to: number): { title: string; at: number } | null {
  const at = lines.slice(0, to).findIndex((line, i) => i > 0 && /^=+\s*$/.test(line) && !isBlank(lines[i - 1] ?? ''));
  return at < 1 ? null : { title: (lines[at - 1] ?? '').trim(), at: at - 1 };
}

const plain = (title: string): string =>
  title
    .slice(0, 100)
    .replace(/[*_`]/g, '')
    .replace(/^\d[\d.]*[.)]?\s+/, '')
    .replace(/:$/, '')
    .trim()
    .replace(/\s+/g, ' ')
    .toLowerCase();
