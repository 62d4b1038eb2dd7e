import { storableText } from '../task/json-value.ts';
import { decode, encode } from '../task/text.ts';
import { type ChangeFiles, capabilitySpecs, metadataName, tasksName } from './change-files.ts';
import { markerOf, readMetadata } from './change-metadata.ts';
import { readTaskBytes } from './edit-tasks.ts';
import type { OpenSpecProblem } from './fields.ts';
import { linesOf } from './markdown.ts';
import { mergeSpec } from './merge-spec.ts';
import { changePath } from './place.ts';
import { faultsOfSpec, noRequirements } from './spec-outline.ts';
import { validateChange } from './validate-change.ts';
import type { Note } from './validate-deltas.ts';

export interface Archiving {
  readonly folder: string;
  /** Files of the change by their path in it. */
  readonly files: ChangeFiles;
  /** Files below openspec/specs by their path there. */
  readonly specs: ChangeFiles;
  /** Folders that are in the archive. */
  readonly archived: ReadonlySet<string>;
  /** YYYY-MM-DD, of the place where the server is. */
  readonly date: string;
  /** Leave openspec/specs as it is. */
  readonly skipSpecs?: boolean | undefined;
  /** Even with tasks that are open. */
  readonly openTasks?: boolean | undefined;
  /** Even with problems that are errors. What cannot be merged is refused all the same. */
  readonly skipValidation?: boolean | undefined;
}

export interface ArchivePlan {
  /** The change's path within the project once it is archived. Its files move there as they are. */
  readonly to: string;
  /** Files of openspec/specs that are written: path within the project → content. */
  readonly writes: ReadonlyMap<string, Uint8Array>;
  /** Why it must not be done; nothing is written then. Paths are within the change. */
  readonly refusals: readonly OpenSpecProblem[];
  readonly warnings: readonly OpenSpecProblem[];
}

/**
 * What `openspec archive` would do with a change. Of it two things are left out: a capability whose last requirement goes is not
 * deleted, whatever the change says of `retire_capabilities`, as that loses what else its spec holds; and a spec that is not
 * UTF-8 is not rewritten.
 */
export function planArchive(archiving: Archiving): ArchivePlan {
  const { folder, files, date, archived, openTasks, skipValidation, skipSpecs } = archiving;
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

  const name = /^\d{4}-\d{2}-\d{2}-/.test(folder) ? folder : `${date}-${folder}`;
  if (archived.has(name))
    noteOn('')('error', 'archive_exists', `The archive has a folder ${name} already. Rename one of them.`);
  const open = readTaskBytes(files.get(tasksName) ?? new Uint8Array()).tasks.filter(({ done }) => !done).length;
  if (open > 0)
    noteOn(tasksName)(
      openTasks ? 'warning' : 'error',
      'open_tasks',
      `${open} ${open === 1 ? 'task is' : 'tasks are'} open. Finish them, or archive it all the same.`,
    );
  if (!skipValidation) problems.push(...validateChange(files).problems.filter(stops));

  const writes = skipSpecs ? new Map<string, Uint8Array>() : mergeAll(archiving, noteOn);
  const refusals = problems.filter(({ severity }) => severity === 'error');
  return {
    to: changePath(name, true),
    writes: refusals.length > 0 ? new Map() : writes,
    refusals: distinct(refusals),
    warnings: distinct(problems.filter(({ severity }) => severity === 'warning')),
  };
}

/** Errors of validation keep a change from being archived, but for having no deltas: then there is nothing to merge. */
const stops = ({ severity, code }: OpenSpecProblem): boolean => severity === 'error' && code !== 'no_deltas';

/** Validation and merging find some problems both. */
function distinct(problems: readonly OpenSpecProblem[]): OpenSpecProblem[] {
  const keyOf = ({ path, code, line, message }: OpenSpecProblem) => JSON.stringify([path, code, line, message]);
  return [...new Map(problems.map((problem) => [keyOf(problem), problem])).values()];
}

function mergeAll(
  { folder, files, specs, skipValidation }: Archiving,
  noteOn: (path: string) => Note,
): Map<string, Uint8Array> {
  const writes = new Map<string, Uint8Array>();
  const retires = markerOf(readMetadata(files), 'retire_capabilities').declared;
  for (const { capability, path, text } of capabilitySpecs(files)) {
    const note = noteOn(`specs/${path}`);
    const bytes = specs.get(path);
    const main = bytes === undefined ? null : decode(bytes);
    if (bytes !== undefined && !main) {
      note('error', 'main_spec_not_utf8', `The project's spec ${capability} is not UTF-8. Save it as UTF-8 first.`);
      continue;
    }
    const whole = main && (main.marked ? `\uFEFF${main.text}` : main.text);
    const merged = mergeSpec({ capability, folder, delta: text, main: whole }, note);
    if (!merged) continue;
    if (merged.empty && retires && whole === null) continue;
    const faults = skipValidation ? [] : faultsOfSpec(linesOf(merged.text));
    if (faults.length === 1 && faults[0] === noRequirements)
      note(
        'error',
        'retires_capability',
        `It removes the last requirement of ${capability}. Delete openspec/specs/${path} by hand, and take it out of ${metadataName} and specs/.`,
      );
    else if (faults.length > 0)
      note(
        'error',
        'spec_would_break',
        `The project's spec ${capability} would not be valid. ${faults.slice(0, 3).join(' ')}`,
      );
    else if (!merged.same) writes.set(`openspec/specs/${path}`, encode(merged.text));
  }
  return writes;
}
