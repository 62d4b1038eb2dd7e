import { extname } from 'node:path';
import type { Choices, Hunk, Merge, MergeInput, MergeOutcome } from './merge.ts';
import { mergeLines } from './merge-lines.ts';
import { mergeStructured } from './merge-structured.ts';
import { decodeText } from './text-shape.ts';

/** The one hunk of a file that is not text: it is taken whole. */
const wholeFile: Omit<Hunk, 'base' | 'local' | 'remote'> = { id: 'file', kind: 'value', pointer: '' };

/** Merges one file that both sides changed. What is not text is never merged. */
export async function mergeFile(input: MergeInput): Promise<MergeOutcome> {
  return (await merge(input)).outcome;
}

/** Merges with a choice for every open hunk, or says which hunks lack one that fits: of values there is never `both`. */
export async function applyChoices(
  input: MergeInput,
  choices: Choices,
): Promise<{ readonly bytes: Uint8Array } | { readonly missing: readonly string[] }> {
  const { outcome, choose } = await merge(input);
  if (outcome.clean) return { bytes: outcome.bytes };
  const missing = outcome.hunks.filter((hunk) => !fits(hunk, choices)).map((hunk) => hunk.id);
  return missing.length > 0 ? { missing } : { bytes: await choose(choices) };
}

const fits = ({ id, kind }: Hunk, choices: Choices): boolean =>
  Object.hasOwn(choices, id) && !(kind === 'value' && choices[id] === 'both');

async function merge(input: MergeInput): Promise<Merge> {
  const base = input.base === null ? '' : decodeText(input.base);
  const [local, remote] = [decodeText(input.local), decodeText(input.remote)];
  if (base === null || local === null || remote === null) return notText(input);
  const extension = extname(input.path).toLowerCase();
  const structured = ['.json', '.yaml', '.yml'].includes(extension)
    ? mergeStructured(extension, input.base === null ? null : base, local, remote)
    : null;
  return structured ?? mergeLines(base, local, remote);
}

const notText = ({ local, remote }: MergeInput): Merge => ({
  outcome: { clean: false, bytes: local, fallback: remote, hunks: [wholeFile] },
  choose: (choices) => (choices.file === 'remote' ? remote : local),
});
