import type { SyncProblem } from '../../problem.ts';
import { isSchema, type JsonRecord } from './json-value.ts';
import { readJson } from './read-json.ts';
import { type TaskMetadata, warnOf } from './read-metadata.ts';
import { isFault, type Reading } from './reading.ts';
import { type Report, reporter } from './report.ts';
import { schemaFault } from './schema-check.ts';
import type { TaskShape } from './shape.ts';
import { expandShorthand } from './shorthand-schema.ts';
import { decode } from './text.ts';

export type SchemaSide = 'input' | 'output';

const maxSchemaBytes = 1024 * 1024;

/** The file of the folder form that holds a schema. */
export const schemaFile = (side: SchemaSide): string => `${side}.schema.json`;

/** The member of the metadata, in the other forms, that holds a schema. */
export const schemaKey = (side: SchemaSide, members: JsonRecord): string =>
  members[`${side}_schema`] === undefined && members[`${side}s`] !== undefined ? `${side}s` : `${side}_schema`;

/** A task's schema. One that cannot be used is null and a problem. */
export function readSchema(
  side: SchemaSide,
  shape: TaskShape,
  metadata: TaskMetadata,
  files: ReadonlyMap<string, Uint8Array>,
  problems: SyncProblem[],
): JsonRecord | boolean | null {
  const judged = (written: unknown, said: Report, lineOf: Reading['lineOf']) => {
    const found = schemaFault(written);
    if (found) said('error', 'bad_schema', found.message, lineOf(found.at));
    return isSchema(written) ? written : null;
  };
  if (shape.form !== 'folder') {
    const key = schemaKey(side, metadata.members);
    const written = metadata.members[key] ?? null;
    if (written === null) return null;
    return judged(expandShorthand(written), reporter(problems, shape.carrier), (at) => metadata.lineOf([key, ...at]));
  }
  const path = schemaFile(side);
  const bytes = files.get(path);
  if (!bytes) return null;
  const said = reporter(problems, path);
  if (bytes.length > maxSchemaBytes) {
    said('error', 'too_large', `The schema has ${bytes.length} bytes; at most ${maxSchemaBytes} are loaded.`);
    return null;
  }
  const text = decode(bytes)?.text;
  const reading = text === undefined ? { fault: 'The schema is not UTF-8 text.', line: 1 } : readJson(text);
  if (isFault(reading)) {
    said('error', 'bad_schema', reading.fault, reading.line);
    return null;
  }
  warnOf(reading, said);
  return judged(reading.value, said, reading.lineOf);
}
