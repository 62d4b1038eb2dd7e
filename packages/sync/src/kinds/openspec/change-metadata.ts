import { parse } from 'yaml';
import { isRecord } from '../task/json-value.ts';
import { type ChangeFiles, metadataName, textOf } from './change-files.ts';

/** The schema of a change that names none. */
export const usualSchema = 'spec-driven';

/** What `.openspec.yaml` of a change says: nothing, or a mapping, or why OpenSpec does not take it. */
type ChangeMetadata =
  | { readonly value: Readonly<Record<string, unknown>> }
  | { readonly fault: string; readonly raw: unknown };

/** Larger ones are not read. */
const maxLength = 1024 * 1024;

/** Reads `.openspec.yaml`; null: there is none. `schemas`: those that are known, left out: any is. */
export function readMetadata(files: ChangeFiles, schemas?: ReadonlySet<string>): ChangeMetadata | null {
  const text = textOf(files, metadataName);
  if (text === null) return null;
  let raw: unknown;
  try {
    if (text.length > maxLength) return { fault: 'the file is larger than 1 MB', raw: text };
    raw = parse(text, { logLevel: 'silent' });
  } catch {
    return { fault: 'the file is not valid YAML', raw: text };
  }
  const fault = faultOf(raw) ?? unknownSchema(raw, schemas);
  return fault === null && isRecord(raw) ? { value: raw } : { fault: fault ?? 'it is no mapping', raw };
}

/** Whether a change sets a marker, and why it does not count though it is set. */
export function markerOf(
  metadata: ChangeMetadata | null,
  key: 'skip_specs' | 'retire_capabilities',
): { declared: boolean; fault: string | null } {
  if (!metadata) return { declared: false, fault: null };
  if ('value' in metadata) return { declared: metadata.value[key] === true, fault: null };
  const { raw, fault } = metadata;
  const line = new RegExp(`^\\s*(['"]?)${key}\\1\\s*:`);
  const set =
    typeof raw === 'string'
      ? raw.split('\n').some((one) => line.test(one))
      : isRecord(raw) && Object.hasOwn(raw, key) && raw[key] !== false && (raw[key] === true || faultOf(raw) !== null);
  return { declared: false, fault: set ? fault : null };
}

/** The schema that a change follows; null: its metadata does not tell, as OpenSpec does not take it. */
export function schemaOf(metadata: ChangeMetadata | null, ofProject = usualSchema): string | null {
  if (!metadata) return ofProject;
  return 'value' in metadata ? String(metadata.value.schema) : null;
}

function unknownSchema(raw: unknown, schemas: ReadonlySet<string> | undefined): string | null {
  const schema = isRecord(raw) ? raw.schema : undefined;
  return !schemas || typeof schema !== 'string' || schemas.has(schema) ? null : `there is no schema '${schema}'`;
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isSwitch = (value: unknown): boolean => typeof value === 'boolean';
const isId = (value: unknown): boolean => typeof value === 'string' && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(value);

const rules: readonly [key: string, holds: (value: unknown) => boolean, otherwise: string][] = [
  [
    'created',
    (value) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value),
    'created is no date as 2026-01-31',
  ],
  ['goal', isText, 'goal is no text'],
  ['affected_areas', (value) => Array.isArray(value) && value.every(isText), 'affected_areas is no list of texts'],
  [
    'initiative',
    (value) =>
      isRecord(value) &&
      Object.keys(value).every((key) => key === 'store' || key === 'id') &&
      isId(value.store) &&
      isId(value.id),
    'initiative is not made of store and id',
  ],
  ['skip_specs', isSwitch, 'skip_specs is neither true nor false'],
  ['retire_capabilities', isSwitch, 'retire_capabilities is neither true nor false'],
];

/** Why OpenSpec does not take a mapping for metadata. */
function faultOf(raw: unknown): string | null {
  if (!isRecord(raw)) return 'it is no mapping';
  if (!isText(raw.schema)) return 'schema is missing; it is spec-driven unless you made one';
  return rules.find(([key, holds]) => raw[key] !== undefined && !holds(raw[key]))?.[2] ?? null;
}
