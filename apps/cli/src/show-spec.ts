import type { Spec } from '@ratchet/contract/entities/spec';
import type { Output } from './output.ts';

/** Tasks that are done, of all. */
export const counts = ({ taskCounts }: Pick<Spec, 'taskCounts'>): string => `${taskCounts.done}/${taskCounts.total}`;

/** What became of a change that was edited. */
export function showShort(out: Output, spec: Spec): void {
  const { specId, status, revision, syncStatus } = spec;
  out.fields(spec, { specId, tasks: counts(spec), status, revision, syncStatus });
}

/** What is wrong, a line each. */
export function showProblems(
  out: Output,
  problems: readonly { severity: string; path: string; line?: number | undefined; message: string }[],
): void {
  for (const { severity, path, line, message } of problems) {
    const where = line === undefined ? path : `${path}:${line}`;
    out.line(`${severity === 'error' ? out.bad(severity) : severity} ${where}: ${message}`);
  }
}

/** A change for people. */
export function showSpec(out: Output, spec: Spec): void {
  const { specId, title, status, syncStatus, syncError, revision, conflictId } = spec;
  out.fields(spec, {
    specId,
    title,
    status,
    tasks: counts(spec),
    syncStatus: syncError === null ? syncStatus : `${syncStatus}: ${syncError}`,
    ...(conflictId === null ? {} : { conflict: `ratchet spec conflicts ${specId}` }),
    revision,
    files: spec.files.map(({ path }) => path),
  });
  let group: string | null = null;
  for (const [position, task] of spec.tasks.entries()) {
    if (task.group !== group) out.line(`\n${out.dim(task.group ?? '')}`);
    group = task.group;
    const sign = task.done ? out.good('[x]') : '[ ]';
    const number = task.number === null ? '' : `${task.number} `;
    out.line(`${out.dim(String(position).padStart(4))}  ${'  '.repeat(task.depth)}${sign} ${number}${task.text}`);
  }
  if (spec.problems.length > 0) out.line('');
  showProblems(out, spec.problems);
}
