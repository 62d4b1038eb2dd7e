import { equalJson, type JsonConflict, type JsonValue, mergeJson } from '@ratchet/sync-core/json-merge';
import { editJson, parseJson } from './edit-json.ts';
import { editYaml, parseYaml } from './edit-yaml.ts';
import type { Choices, Hunk, Merge } from './merge.ts';
import { mergedShape, plainText, shaped, shapeOf } from './text-shape.ts';

interface Format {
  readonly parse: (text: string) => { value: JsonValue } | null;
  /** The text with its value changed to another one, everything else as it was; null when that cannot be done safely. */
  readonly edit: (text: string, from: JsonValue, to: JsonValue) => string | null;
}

const formats: Readonly<Record<string, Format>> = {
  '.json': { parse: parseJson, edit: editJson },
  '.yaml': { parse: parseYaml, edit: editYaml },
  '.yml': { parse: parseYaml, edit: editYaml },
};

/**
 * Merges values, and writes the result into the remote's text, so that upstream keeps its formatting and sees only what
 * the local side changed. null: a side does not parse, or cannot be edited safely; then lines are merged.
 */
export function mergeStructured(extension: string, base: string | null, local: string, remote: string): Merge | null {
  const format = formats[extension];
  const [b, l, r] = [base === null ? undefined : format?.parse(base), format?.parse(local), format?.parse(remote)];
  if (!format || b === null || !l || !r) return null;
  // Equal values in other spellings are a change of formatting, which lines show and values do not.
  if (equalJson(l.value, r.value) || equalJson(b?.value, l.value) || equalJson(b?.value, r.value)) return null;
  const shape = mergedShape(shapeOf(base ?? remote), shapeOf(local), shapeOf(remote));
  const write = (value: JsonValue | undefined): Uint8Array | null => {
    const text = value === undefined ? null : format.edit(remote, r.value, value);
    return text === null ? null : Buffer.from(shaped(plainText(text), shape), 'utf8');
  };
  const mergeWith = (pick: (conflict: JsonConflict) => 'local' | 'remote') =>
    mergeJson(b?.value, l.value, r.value, pick);
  const merged = mergeWith(() => 'local');
  const bytes = write(merged.value);
  const fallback = write(mergeWith(() => 'remote').value);
  if (!bytes || !fallback) return null;
  const choose = (choices: Choices) =>
    write(mergeWith((conflict) => (choices[idOf(conflict)] === 'remote' ? 'remote' : 'local')).value) ?? bytes;
  if (merged.conflicts.length === 0) return { outcome: { clean: true, bytes }, choose };
  const hunks = merged.conflicts.map((conflict): Hunk => ({ id: idOf(conflict), kind: 'value', ...conflict }));
  return { outcome: { clean: false, bytes, fallback, hunks }, choose };
}

/** A conflict's pointer names it; the whole file's is empty, so it has a word. */
const idOf = ({ pointer }: JsonConflict): string => pointer || 'file';
