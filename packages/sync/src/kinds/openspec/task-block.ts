import { headingOf, indentOf, isBlank, isListItem } from './markdown.ts';
import { nesting, type ReadTask, type TaskList } from './read-tasks.ts';

/**
 * The line behind the last one that belongs to a task: what is indented below it, blank lines between included, code that begins there
 * whole. `lazy`: lines that go on without indentation belong too, as Markdown has it; whoever removes a task leaves them.
 */
export function blockEnd({ lines, fences }: TaskList, task: ReadTask, lazy: boolean): number {
  const inner = task.indent + nesting;
  let end = task.at + 1;
  let afterBlank = false;
  for (let at = end; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const fenced = fences.mask[at] === 1;
    if (fenced !== task.fenced && !fences.ends.has(at)) break;
    if (isBlank(line)) {
      afterBlank = true;
      continue;
    }
    if (task.fenced && isFence(line)) break;
    if (indentOf(line) >= inner) {
      const close = task.fenced ? undefined : fences.ends.get(at);
      at = close ?? at;
    } else if (!lazy || afterBlank || fenced || interrupts(line)) break;
    end = at + 1;
    afterBlank = false;
  }
  return end;
}

const isFence = (line: string): boolean => /^(?:`{3}|~{3})/.test(line.trimStart().slice(0, 3));

/** Whether a line without indentation begins something of its own. */
const interrupts = (line: string): boolean =>
  isListItem(line) || headingOf(line) !== null || /^(?:[<>|]|[-*_=]{2})/.test(line.trimStart().slice(0, 2));
