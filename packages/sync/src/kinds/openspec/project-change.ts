import { storableText } from '../task/json-value.ts';
import { type ChangeFiles, capabilitySpecs, designName, isUtf8, proposalName, tasksName } from './change-files.ts';
import { parseDeltaSpec } from './delta-spec.ts';
import type { OpenSpecDelta, OpenSpecFields, OpenSpecProblem, OpenSpecSection, OpenSpecTask } from './fields.ts';
import { linesOf } from './markdown.ts';
import { placeOf } from './place.ts';
import { readProposal, sectionsOf } from './read-proposal.ts';
import { readTasks } from './read-tasks.ts';
import { scenariosOf } from './requirement-body.ts';
import { validateChange } from './validate-change.ts';

/**
 * Typed fields of the change at a path within its project, of whatever its files hold: nothing keeps a change from loading.
 * Contents are the files' texts as they are, byte order marks and line endings included; a NUL, or what is not UTF-8, is U+FFFD in them.
 * Problems of an archived change are those of its text only: its deltas have been applied.
 */
export function projectChange(path: string, files: ChangeFiles): OpenSpecFields {
  const place = placeOf(path);
  const proposalContent = textWithMark(files, proposalName);
  const tasksContent = textWithMark(files, tasksName);
  const designContent = textWithMark(files, designName);
  const proposal = readProposal(proposalContent ?? '');
  const tasks = tasksOf(tasksContent ?? '');
  const name = place.archivedOn === null ? place.folder : place.folder.slice(place.archivedOn.length + 1);
  return {
    ...place,
    title: proposal.title ?? name,
    status: place.archived ? 'archived' : statusOf(tasks),
    why: proposal.why,
    whatChanges: proposal.whatChanges,
    impact: proposal.impact,
    capabilities: proposal.capabilities,
    proposalContent,
    tasksContent,
    designContent,
    designSections: designSections(designContent ?? ''),
    tasks,
    deltas: deltasOf(files),
    problems: [...encodingProblems(files), ...(place.archived ? [] : validateChange(files).problems)],
  };
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function textWithMark(files: ChangeFiles, path: string): string | null {
  const bytes = files.get(path);
  return bytes === undefined ? null : storableText(decoder.decode(bytes));
}

const tasksOf = (text: string): OpenSpecTask[] =>
  readTasks(text).tasks.map(({ number, text: what, done, line, group, depth }) => ({
    number,
    text: what,
    done,
    line,
    group,
    depth,
  }));

const statusOf = (tasks: readonly OpenSpecTask[]): OpenSpecFields['status'] => {
  if (tasks.length === 0) return 'no_tasks';
  return tasks.every(({ done }) => done) ? 'complete' : 'in_progress';
};

function designSections(text: string): OpenSpecSection[] {
  const lines = linesOf(text);
  return sectionsOf(lines).map(({ title, level, at, end }) => ({
    title,
    level,
    line: at + 1,
    content: lines
      .slice(at + 1, end)
      .join('\n')
      .trim(),
  }));
}

function deltasOf(files: ChangeFiles): OpenSpecDelta[] {
  const deltas: OpenSpecDelta[] = [];
  for (const { capability, text } of capabilitySpecs(files)) {
    const spec = parseDeltaSpec(storableText(text));
    const plain = { capability: storableText(capability), from: null, scenarios: 0 };
    for (const operation of ['added', 'modified'] as const)
      for (const { name, line, lines } of spec[operation]) {
        const scenarios = scenariosOf(lines.slice(1)).filter(({ empty }) => !empty).length;
        deltas.push({ ...plain, operation, requirement: name, scenarios, line });
      }
    for (const { name, line } of spec.removed) deltas.push({ ...plain, operation: 'removed', requirement: name, line });
    for (const { from, to, line } of spec.renamed)
      deltas.push({ ...plain, operation: 'renamed', requirement: to, from, line });
  }
  return deltas;
}

function encodingProblems(files: ChangeFiles): OpenSpecProblem[] {
  const problems: OpenSpecProblem[] = [];
  for (const [path, bytes] of files) {
    if (!path.endsWith('.md') || isUtf8(bytes)) continue;
    const message =
      'It is not UTF-8 throughout: what is not is shown as �. Save it as UTF-8; it syncs byte for byte as it is.';
    problems.push({ path, code: 'not_utf8', message, line: firstBadLine(bytes), severity: 'info' });
  }
  return problems;
}

/** The line of the first byte that is not UTF-8, from 1. */
function firstBadLine(bytes: Uint8Array): number {
  let from = 0;
  let line = 1;
  for (let to = bytes.indexOf(10); to >= 0 && isUtf8(bytes.subarray(from, to)); to = bytes.indexOf(10, from)) {
    from = to + 1;
    line++;
  }
  return line;
}
