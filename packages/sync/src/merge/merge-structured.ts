import { equalJson, type JsonConflict, type JsonValue, mergeJson } from '@ratchet/sync-core/json-merge';
import { editJson, parseJson } from './edit-json.ts';
import { editYaml, parseYaml } from './edit-yaml.ts';
import type { Choices, Hunk, Merge } from './merge.ts';
import { mergedShape, mixesLineEnds, plainText, shaped, shapeOf } from './text-shape.ts';

interface Format {
  /** `unseen`: what is in the text and not in the value, such as comments. */
  readonly parse: (text: string) => { value: JsonValue; unseen: string } | null;
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
  if ([base ?? '', local, remote].some(mixesLineEnds)) return null;
  // What the value does not show is in the remote's text, which is kept, unless the local side changed it.
  if (l.unseen !== r.unseen && l.unseen !== b?.unseen) return null;
  const shape = mergedShape(shapeOf(base ?? remote), shapeOf(local), shapeOf(remote));
  const write = (value: JsonValue | undefined): Uint8Array | null => {
    const text = value === undefined ? null : format.edit(remote, r.value, value);
    return text === null ? null : Buffer.from(shaped(plainText(text), shape), 'utf8');
  };
  const mergeWith = (pick: (id: string) => 'local' | 'remote') => {
    const name = namer();
    return mergeJson(b?.value, l.value, r.value, (conflict) => pick(name(conflict)));
  };
  const merged = mergeWith(() => 'local');
  const bytes = write(merged.value);
  const fallback = write(mergeWith(() => 'remote').value);
  if (!bytes || !fallback) return null;
  const choose = (choices: Choices) =>
    write(mergeWith((id) => (choices[id] === 'remote' ? 'remote' : 'local')).value) ?? undecidable();
  if (merged.conflicts.length === 0) return { outcome: { clean: true, bytes }, choose };
  const name = namer();
  const hunks = merged.conflicts.map((conflict): Hunk => ({ id: name(conflict), kind: 'value', ...conflict }));
  return { outcome: { clean: false, bytes, fallback, hunks }, choose };
}

function undecidable(): never {
  throw new Error('These choices do not give a file that says what was chosen. Resolve the conflict with its text.');
}

/**
 * Names conflicts in the order of the walk. A conflict's pointer names it; the whole file's is empty, so it has a word.
 * Two elements, each at the same place of another side, share a pointer: the later one counts on.
 */
function namer(): (conflict: JsonConflict) => string {
  const seen = new Map<string, number>();
  return ({ pointer }) => {
    const count = (seen.get(pointer) ?? 0) + 1;
    seen.set(pointer, count);
    return (pointer || 'file') + (count === 1 ? '' : `#${count}`);
  };
}
