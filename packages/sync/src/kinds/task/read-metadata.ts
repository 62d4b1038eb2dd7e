import { isRecord, type JsonRecord, settleJson } from './json-value.ts';
import { readJson } from './read-json.ts';
import { readYaml } from './read-yaml.ts';
import { isFault, type Reading } from './reading.ts';
import type { Report } from './report.ts';
import { metadataOf, readComment } from './script-comment.ts';
import type { TaskShape } from './shape.ts';
import { decode, decodeLeniently, lineAt } from './text.ts';

/** What a task's metadata file, or comment, says. */
export interface TaskMetadata {
  readonly members: JsonRecord;
  /** The line of a member of it, from 1. */
  readonly lineOf: Reading['lineOf'];
}

export interface MetadataFault {
  readonly fault: string;
  readonly code: 'bad_metadata' | 'not_a_task';
  readonly line?: number;
}

export function readMetadata(
  shape: TaskShape,
  files: ReadonlyMap<string, Uint8Array>,
  said: Report,
): TaskMetadata | MetadataFault {
  const bytes = files.get(shape.carrier) ?? new Uint8Array();
  if (shape.form === 'script') return readScript(decodeLeniently(bytes));
  const text = decode(bytes)?.text;
  if (text === undefined) return { fault: 'The metadata is not UTF-8 text.', code: 'bad_metadata' };
  const reading = shape.form === 'folder' ? readJson(text) : readYaml(text);
  if (isFault(reading)) return { ...reading, code: 'bad_metadata' };
  if (!isRecord(reading.value))
    return { fault: 'The metadata is not an object with members.', code: 'bad_metadata', line: 1 };
  warnOf(reading, said);
  return { members: reading.value, lineOf: reading.lineOf };
}

/** Warns of what is odd in a text that parses. */
export function warnOf({ duplicates, replaced }: Reading, said: Report): void {
  for (const { key, line } of duplicates)
    said(
      'warning',
      'duplicate_key',
      `${JSON.stringify(key.slice(0, 100))} stands twice in one object; the last one counts.`,
      line,
    );
  if (replaced)
    said(
      'warning',
      'bad_character',
      'It holds a NUL character or half a Unicode character; U+FFFD stands in its place.',
    );
}

function readScript(code: string): TaskMetadata | MetadataFault {
  const comment = readComment(code);
  if (!comment.tags.some((tag) => tag.name === 'version'))
    return {
      fault: 'It has no @version in its leading comment, and no YAML file of its name beside it.',
      code: 'not_a_task',
    };
  const lineOf: Reading['lineOf'] = ([name]) => {
    const tag = comment.tags.find((one) => one.name === name || (name === 'tags' && one.name === 'tag'));
    return lineAt(code, tag?.from ?? comment.tags[0]?.from ?? 0);
  };
  const settled = settleJson(metadataOf(comment));
  if (!settled || !isRecord(settled.value))
    return { fault: 'A tag holds JSON that is nested too deeply.', code: 'bad_metadata', line: 1 };
  return { members: settled.value, lineOf };
}
