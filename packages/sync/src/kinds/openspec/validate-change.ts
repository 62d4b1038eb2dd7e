import { storableText } from '../task/json-value.ts';
import { decodeLeniently } from '../task/text.ts';
import {
  type ChangeFiles,
  capabilitySpecs,
  metadataName,
  proposalName,
  specFiles,
  tasksName,
  textOf,
} from './change-files.ts';
import { markerOf, readMetadata, schemaOf, usualSchema } from './change-metadata.ts';
import { parseDeltaSpec } from './delta-spec.ts';
import type { OpenSpecProblem } from './fields.ts';
import { mergeSpec, type SpecMerge } from './merge-spec.ts';
import { readProposal } from './read-proposal.ts';
import { type Note, validateAgainstMain, validateDelta } from './validate-deltas.ts';
import { validateTasks } from './validate-tasks.ts';

export interface ValidateOptions {
  /** Warnings count as errors. */
  readonly strict?: boolean | undefined;
  /** Files below openspec/specs by their path there. Left out: nothing is held against them. */
  readonly specs?: ChangeFiles | undefined;
  /** Names of the schemas that there are. Left out: any that a change names. */
  readonly schemas?: ReadonlySet<string> | undefined;
  /** The schema of changes that name none. */
  readonly schema?: string | undefined;
}

/**
 * Judges a change by OpenSpec's rules: errors and warnings are those of `openspec validate`. What `openspec archive` remarks
 * on a proposal besides, the length of Why and missing sections, are notes here, as it keeps no change from being valid there.
 * Paths are within the change.
 */
export function validateChange(
  files: ChangeFiles,
  options: ValidateOptions = {},
): { valid: boolean; problems: OpenSpecProblem[] } {
  const problems: OpenSpecProblem[] = [];
  const noteOn =
    (path: string): Note =>
    (severity, code, message, line) =>
      void problems.push({
        path,
        code,
        message: storableText(message),
        severity,
        ...(line === undefined ? {} : { line }),
      });

  const metadata = readMetadata(files, options.schemas);
  const wrapped = wrappedChanges(files);
  if (wrapped.length > 0) {
    const message = `It is a folder around other changes: ${wrapped.join(', ')}. OpenSpec sees none of them; move each to openspec/changes/.`;
    noteOn('')('error', 'wraps_changes', message);
    return { valid: false, problems };
  }
  const hasErrors = (path: string) => problems.some((problem) => problem.severity === 'error' && problem.path === path);
  const count = validateSpecs(files, options, noteOn, hasErrors);
  const skips = markerOf(metadata, 'skip_specs');
  const underSpecs = specFiles(files);
  const unread = underSpecs.filter(([path, bytes]) => isUnread(path, bytes));
  for (const [path] of unread) {
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : path.slice(0, -3);
    noteOn(`specs/${path}`)(
      'error',
      'unread_delta',
      `Requirements stand here, but only a spec.md in a folder is read. Move them to specs/${folder}/spec.md.`,
    );
  }
  const noteOnMetadata = noteOn(metadataName);
  if (skips.fault !== null)
    noteOnMetadata('error', 'bad_metadata', `skip_specs is set and does not count: ${skips.fault}. Mend the file.`);
  if (skips.declared && underSpecs.length > 0)
    noteOnMetadata(
      'error',
      'skip_specs_conflict',
      'skip_specs is set, but there are files under specs/. Remove one or the other.',
    );
  const rooted = underSpecs.some(([path]) => path === 'spec.md');
  if (count === 0 && !rooted && unread.length === 0) {
    if (skips.declared && underSpecs.length === 0)
      noteOnMetadata('info', 'skip_specs', 'It says that no behaviour changes, so it needs no specs.');
    if (!skips.declared)
      noteOn('specs')(
        'error',
        'no_deltas',
        'It changes no spec. Add specs/<capability>/spec.md with "## ADDED Requirements", or set skip_specs: true in .openspec.yaml if no behaviour changes.',
      );
  }
  const tasks = textOf(files, tasksName);
  if (tasks !== null && schemaOf(metadata, options.schema) === usualSchema) validateTasks(tasks, noteOn(tasksName));
  remarkOnProposal(files, count, noteOn(proposalName));
  const fails = (severity: OpenSpecProblem['severity']) =>
    severity === 'error' || (options.strict === true && severity === 'warning');
  return { valid: !problems.some(({ severity }) => fails(severity)), problems };
}

/** Notes why a delta could not be merged: a change that comes before may bring what is missing. */
function foresee(merge: SpecMerge, note: Note): void {
  let told = false;
  mergeSpec(merge, (severity, _, message, line) => {
    if (severity === 'error' && !told)
      note('info', 'archive_refuses', `It cannot be archived as things are. ${message}`, line);
    told ||= severity === 'error';
  });
}

function validateSpecs(
  files: ChangeFiles,
  { specs }: ValidateOptions,
  noteOn: (path: string) => Note,
  hasErrors: (path: string) => boolean,
): number {
  if (files.has('specs/spec.md'))
    noteOn('specs/spec.md')(
      'error',
      'root_spec',
      'A spec.md right below specs/ is not read. Move it to specs/<capability>/spec.md.',
    );
  let count = 0;
  for (const { capability, path, text } of capabilitySpecs(files)) {
    const spec = parseDeltaSpec(text);
    const note = noteOn(`specs/${path}`);
    count += validateDelta(spec, note);
    const main = specs && textOf(specs, path);
    if (main !== undefined && main !== null) validateAgainstMain(spec, main, note);
    if (specs && !hasErrors(`specs/${path}`))
      foresee({ capability, folder: '', delta: text, main: main ?? null }, note);
  }
  return count;
}

/** Folders that are changes, of a folder that is none itself and holds nothing but them. */
function wrappedChanges(files: ChangeFiles): string[] {
  const paths = [...files.keys()];
  if (specFiles(files).length > 0 || files.has(metadataName)) return [];
  if (paths.some((path) => !path.includes('/') && !path.startsWith('.'))) return [];
  const marked = /^((?:[^./][^/]*\/){1,3})(?:\.openspec\.yaml|proposal\.md|tasks\.md|design\.md|specs\/.+)$/;
  const found = paths.flatMap((path) => marked.exec(path)?.[1]?.slice(0, -1) ?? []);
  return [...new Set(found)].sort();
}

/** Whether a file below specs/ holds requirements though it is none that is read. */
function isUnread(path: string, bytes: Uint8Array): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === 'spec.md' || !name.toLowerCase().endsWith('.md')) return false;
  return parseDeltaSpec(decodeLeniently(bytes)).sections.length > 0;
}

const leastWhy = 50;
const mostWhy = 1000;
const mostDeltas = 10;

/** What OpenSpec remarks on a proposal when it archives a change. */
function remarkOnProposal(files: ChangeFiles, deltas: number, note: Note): void {
  const text = textOf(files, proposalName);
  if (text === null) return;
  const { why, whatChanges } = readProposal(text);
  if (why === null) note('info', 'no_why', 'It has no section Why. Say what the change is for.');
  else if (why.length < leastWhy)
    note('info', 'short_why', `Why has ${why.length} characters; OpenSpec asks for ${leastWhy}.`);
  else if (why.length > mostWhy)
    note('info', 'long_why', `Why has ${why.length} characters; OpenSpec asks for ${mostWhy} at most.`);
  if (whatChanges === null)
    note('info', 'no_what_changes', 'It has no section What Changes. List what the change does.');
  if (deltas > mostDeltas)
    note(
      'info',
      'many_deltas',
      `It changes ${deltas} requirements. Consider several changes of ${mostDeltas} at most.`,
    );
}
