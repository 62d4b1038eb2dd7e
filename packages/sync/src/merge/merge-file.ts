import { extname } from 'node:path';
import { decodeText } from './text-shape.ts';
import { mergeLines } from './merge-lines.ts';
import { mergeStructured } from './merge-structured.ts';

export interface MergeInput {
  readonly path: string;
  /** null: the file is new on both sides. */
  readonly base: Uint8Array | null;
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
}

/** One place that both sides changed. Lines of text, or one value of a JSON or YAML file. */
export interface Hunk {
  readonly id: string;
  readonly kind: 'lines' | 'value';
  /** RFC 6901, for a value. */
  readonly pointer?: string;
  /** Line of the suggestion where it begins, from 1, for lines. */
  readonly line?: number;
  readonly base?: unknown;
  readonly local?: unknown;
  readonly remote?: unknown;
}

export type MergeOutcome =
  | { readonly clean: true; readonly bytes: Uint8Array }
  | {
      readonly clean: false;
      /** The suggestion: conflict markers in text, the local value where a JSON or YAML value is open. */
      readonly bytes: Uint8Array;
      /** The same with the remote side of everything open. */
      readonly fallback: Uint8Array;
      readonly hunks: readonly Hunk[];
    };

export type Choice = 'local' | 'remote' | 'both';
export type Choices = Readonly<Record<string, Choice>>;

/** The one hunk of a file that is not text: it is taken whole. */
const wholeFile: Omit<Hunk, 'base' | 'local' | 'remote'> = { id: 'file', kind: 'value', pointer: '' };

/** Merges one file that both sides changed. What is not text is never merged. */
export async function mergeFile(input: MergeInput): Promise<MergeOutcome> {
  return (await merge(input)).outcome;
}

/** Merges with a choice for every open hunk, or says which hunks still need one. */
export async function applyChoices(
  input: MergeInput,
  choices: Choices,
): Promise<{ readonly bytes: Uint8Array } | { readonly missing: readonly string[] }> {
  const { outcome, choose } = await merge(input);
  if (outcome.clean) return { bytes: outcome.bytes };
  const missing = outcome.hunks.filter((hunk) => choices[hunk.id] === undefined).map((hunk) => hunk.id);
  return missing.length > 0 ? { missing } : { bytes: await choose(choices) };
}

export interface Merge {
  readonly outcome: MergeOutcome;
  /** The bytes with these choices; asked only when every hunk has one. */
  readonly choose: (choices: Choices) => Promise<Uint8Array> | Uint8Array;
}

async function merge(input: MergeInput): Promise<Merge> {
  const base = input.base === null ? '' : decodeText(input.base);
  const [local, remote] = [decodeText(input.local), decodeText(input.remote)];
  if (base === null || local === null || remote === null) return notText(input);
  const extension = extname(input.path).toLowerCase();
  const structured = ['.json', '.yaml', '.yml'].includes(extension) ? mergeStructured(extension, input.base === null ? null : base, local, remote) : null;
  return structured ?? mergeLines(base, local, remote);
}

const notText = ({ local, remote }: MergeInput): Merge => ({
  outcome: { clean: false, bytes: local, fallback: remote, hunks: [wholeFile] },
  choose: (choices) => (choices.file === 'remote' ? remote : local),
});
