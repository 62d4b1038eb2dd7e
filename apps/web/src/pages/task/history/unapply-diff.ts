const hunkHead = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/**
 * The text that a unified diff was made from, out of the text that it leads to. null: the two do not belong together. Lines
 * keep their own ends.
 */
export function unapplyDiff(after: string, diff: string): string | null {
  const lines = splitLines(after);
  const before: string[] = [];
  const patch = diff.split('\n');
  let at = 0;
  let n = patch.findIndex((line) => hunkHead.test(line));
  if (n < 0) return after;
  while (n < patch.length) {
    const head = hunkHead.exec(patch[n] ?? '');
    if (!head) {
      n++;
      continue;
    }
    let oldLeft = Number(head[2] ?? 1);
    let newLeft = Number(head[4] ?? 1);
    // A hunk that adds nothing names the line before it.
    const start = newLeft === 0 ? Number(head[3]) : Number(head[3]) - 1;
    if (start < at || start > lines.length) return null;
    before.push(...lines.slice(at, start));
    at = start;
    n++;
    while (n < patch.length && (oldLeft > 0 || newLeft > 0 || patch[n]?.startsWith('\\'))) {
      const line = patch[n] ?? '';
      const open = patch[n + 1]?.startsWith('\\') ?? false;
      const text = line.slice(1) + (open ? '' : '\n');
      if (line.startsWith('+') || line.startsWith(' ') || line === '') {
        if (lines[at] !== text) return null;
        at++;
        newLeft--;
      }
      if (line.startsWith('-') || line.startsWith(' ') || line === '') {
        before.push(text);
        oldLeft--;
      }
      n++;
    }
  }
  before.push(...lines.slice(at));
  return before.join('');
}

/** Lines with the line feeds that end them. */
const splitLines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
