import { withoutClosing } from './markdown.ts';

/*
 * The lines that OpenSpec reads in a spec, each as it reads them: what its patterns take and refuse, in time proportional
 * to the line.
 */

/** The name of a requirement, `### Requirement: Name`; null: the line is no such heading. A name may be blank. */
export function requirementName(line: string): string | null {
  if (!line.startsWith('###')) return null;
  const text = line.slice(3).trimStart();
  if (text.slice(0, 12).toLowerCase() !== 'requirement:') return null;
  const rest = text.slice(12);
  const name = rest.trimStart();
  if (name === '') return /[^\u2028\u2029]/.test(rest) ? '' : null;
  const end = name.search(/[\u2028\u2029]/);
  if (end >= 0 && name.slice(end).trim() !== '') return null;
  return withoutClosing(end >= 0 ? name.slice(0, end) : name);
}

/** `## Title`; null: the line begins no section. */
export function sectionTitle(line: string): string | null {
  if (!endsSection(line)) return null;
  const rest = line.slice(2);
  const title = rest.trimStart();
  if (title !== '') return /[\u2028\u2029]/.test(title) ? null : title.trim();
  return rest.length > 1 && !/[\u2028\u2029]$/.test(rest) ? '' : null;
}

/** Whether a line ends the section before it, as a heading of the second level does, be it without a title. */
export const endsSection = (line: string): boolean => line.startsWith('##') && /\s/.test(line.charAt(2));

/** The title of a heading of the third level that is no requirement; null: it is none, or is one. */
export function strayHeading(line: string): string | null {
  if (!line.startsWith('###') || !/\s/.test(line.charAt(3)) || requirementName(line) !== null) return null;
  const title = line.slice(4).trim();
  if (title === '') return line.length > 4 ? '' : null;
  return /[\u2028\u2029]/.test(title) ? null : title;
}

/** The name in `- ### Requirement: Name`, with any bullet, as a list of removed requirements may have it. */
export function bulletName(line: string): string | null {
  const text = line.trimStart();
  return /^[-*+]/.test(text) ? quotedName(text.slice(1).trimStart()) : null;
}

/** One end of a renaming: `- FROM: ### Requirement: Name`; the bullet may be missing. */
export function renameEnd(line: string): { side: 'FROM' | 'TO'; name: string } | null {
  const bare = line.trimStart();
  const text = (/^[-*+]/.test(bare) ? bare.slice(1) : bare).trimStart();
  const side = text.startsWith('FROM:') ? 'FROM' : text.startsWith('TO:') ? 'TO' : null;
  const name = side && quotedName(text.slice(side.length + 1).trimStart());
  return side && name !== null ? { side, name } : null;
}

/** The name in `### Requirement: Name`, which may stand in backticks. */
function quotedName(text: string): string | null {
  const heading = text.startsWith('`') ? text.slice(1) : text;
  if (!heading.startsWith('###')) return null;
  const label = heading.slice(3).trimStart();
  if (!label.startsWith('Requirement:')) return null;
  const rest = label.slice('Requirement:'.length);
  const name = rest.trim();
  if (name === '') return /[^\u2028\u2029]/.test(rest) ? '' : null;
  const bare = name.length > 1 && name.endsWith('`') ? name.slice(0, -1) : name;
  return /[\u2028\u2029]/.test(bare) ? null : withoutClosing(bare);
}
