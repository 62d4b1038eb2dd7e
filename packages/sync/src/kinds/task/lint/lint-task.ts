import type { SyncProblem } from '../../../problem.ts';
import type { TaskFields } from '../fields.ts';
import { parseCode } from '../syntax-check.ts';
import { entryFunction } from './entry-function.ts';
import type { Finding, Rule } from './finding.ts';
import { codeOfText, unavailableGlobals } from './globals.ts';
import { inputMembers } from './inputs.ts';
import { refusedHosts } from './network.ts';
import { floatingPromises, kindOfFetch } from './promises.ts';
import { secretsInCode, secretsOfMetadata } from './secrets.ts';
import { child, declaredNames, type Node } from './syntax-tree.ts';

export interface LintedTask
  extends Pick<TaskFields, 'entry' | 'sourceType' | 'metadata' | 'inputSchema' | 'outputSchema'> {
  /** Its files as texts, by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Names of secrets that it is granted; null: that is not known here. */
  readonly granted: ReadonlySet<string> | null;
}

const rules: readonly Rule[] = [
  unavailableGlobals,
  codeOfText,
  refusedHosts,
  kindOfFetch,
  floatingPromises,
  secretsInCode,
  inputMembers,
];
const mostFindings = 200;
/** More code is not looked through. */
const mostCode = 1_000_000;

/**
 * What should be looked at in a task that parses: where it breaks the contract of its code, its schemas or its metadata.
 * Warnings all. What does not parse has problems of its own and is passed over.
 */
export function lintTask(task: LintedTask): SyncProblem[] {
  const found: SyncProblem[] = [];
  const add = (path: string, { code, message, line }: Finding) =>
    found.push({ path, code, message, severity: 'warning', ...(line === undefined ? {} : { line }) });
  const carrier = carrierOf(task.files.keys()) ?? task.entry;
  for (const finding of [...metadataFindings(task.metadata), ...secretsOfMetadata(task.metadata, task.granted)])
    add(carrier, finding);
  for (const side of ['input', 'output'] as const)
    if (task[`${side}Schema`] === null)
      add(carrier, {
        code: `no_${side}_schema`,
        message: `There is no ${side} schema: nothing checks what goes ${side === 'input' ? 'in' : 'out'}.`,
      });
  for (const [path, code] of task.files) {
    if (!/\.[jt]s$/.test(path) || path.endsWith('.d.ts') || code.length > mostCode) continue;
    const type = path === task.entry ? task.sourceType : path.endsWith('.ts') ? 'typescript' : 'javascript';
    const parsed = parseCode(code, type);
    const program = child(parsed as Node | null, 'program');
    if (!program) continue;
    const linted = {
      program,
      entry: path === task.entry ? entryFunction(program) : null,
      declared: declaredNames(program),
      metadata: task.metadata,
      inputSchema: task.inputSchema,
      granted: task.granted,
    };
    for (const rule of rules) for (const finding of rule(linted)) add(path, finding);
  }
  return found.slice(0, mostFindings);
}

function* metadataFindings({
  timeout,
  memory_limit: memory,
  dependencies,
}: Record<string, unknown>): Iterable<Finding> {
  if (typeof timeout === 'number' && timeout > 0 && timeout < 1000)
    yield {
      code: 'short_timeout',
      message: `timeout is in milliseconds: ${timeout} ends the task after ${timeout / 1000} s.`,
    };
  if (timeout !== undefined && timeout !== null && !(typeof timeout === 'number' && timeout > 0))
    yield { code: 'bad_timeout', message: 'timeout is a number of milliseconds; this one is passed over.' };
  if (memory !== undefined && memory !== null && !(typeof memory === 'number' && memory > 0))
    yield { code: 'bad_memory_limit', message: 'memory_limit is a number of megabytes; this one is passed over.' };
  const asked = dependencies !== null && typeof dependencies === 'object' ? Object.keys(dependencies) : [];
  if (asked.length > 0)
    yield {
      code: 'dependencies_unused',
      message: 'dependencies are not installed: a task has no modules but its own files. Put the code beside it.',
    };
}

const carriers = ['metadata.json', 'task.yaml', 'task.yml', 'meta.yaml', 'meta.yml'];

/** The file that says what the task is. */
function carrierOf(paths: Iterable<string>): string | null {
  const all = [...paths];
  return (
    carriers.find((name) => all.includes(name)) ??
    all.find((path) => /\.ya?ml$/.test(path) && !path.includes('/')) ??
    null
  );
}
