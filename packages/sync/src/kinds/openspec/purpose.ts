import { isTitled } from './main-spec.ts';
import { fencesOf } from './markdown.ts';
import { endsSection } from './requirement-line.ts';
import { sectionText, structureFaults } from './spec-outline.ts';

/** What a text says below `## Purpose`; null: nothing, or only code and comments. */
export function purposeOf(text: string): string | null {
  const plain = text.replace(/\r\n?/g, '\n');
  const lines = plain.split('\n');
  const masked = withoutComments(plain).split('\n');
  const { mask } = fencesOf(masked);
  const start = masked.findIndex((line, at) => mask[at] !== 1 && isTitled(line, 'purpose'));
  if (start < 0) return null;
  const next = masked.findIndex((line, at) => at > start && mask[at] !== 1 && endsSection(line));
  const end = next < 0 ? masked.length : next;
  const says = masked.slice(start + 1, end).some((line, at) => mask[start + 1 + at] !== 1 && line.trim() !== '');
  return (
    (says &&
      lines
        .slice(start + 1, end)
        .join('\n')
        .trim()) ||
    null
  );
}

/** A text with blanks in the place of comments. One that is never closed reaches to the end. */
function withoutComments(text: string): string {
  let plain = '';
  let at = 0;
  const ends = /--!?>/g;
  for (let open = text.indexOf('<!--'); open >= 0; open = text.indexOf('<!--', at)) {
    ends.lastIndex = open + 4;
    const end = ends.test(text) ? ends.lastIndex : text.length;
    plain += text.slice(at, open) + text.slice(open, end).replace(/[^\n]/g, ' ');
    at = end;
  }
  return plain + text.slice(at);
}

/** A spec without requirements yet. `purpose`: null for a placeholder. */
export const emptySpec = (capability: string, folder: string, purpose: string | null): string =>
  `# ${capability} Specification\n\n## Purpose\n${purpose ?? `TBD - created by archiving change ${folder}. Update Purpose after archive.`}\n\n## Requirements\n`;

/** Whether a new spec with this purpose reads as it should: a heading or a comment in it may hide what follows. */
export function isReadable(spec: string): boolean {
  const lines = spec.split('\n');
  if (spec.includes('<!--') || structureFaults(lines).length > 0) return false;
  return Boolean(sectionText(lines, 'purpose')) && sectionText(lines, 'requirements') !== null;
}
