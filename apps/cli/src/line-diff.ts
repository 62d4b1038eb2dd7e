/** Lines that are compared in full; of longer texts only where they begin and end alike is left out. */
const most = 400;
/** Lines around a change that are shown. */
const around = 2;

/** How one text differs from another: lines that go with `-`, that come with `+`, and a few around them. */
export function lineDiff(from: string, to: string): string[] {
  const [a, b] = [from.split('\n'), to.split('\n')];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const [olds, news] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const middle =
    olds.length > most || news.length > most
      ? [...cut(olds).map((line) => `- ${line}`), ...cut(news).map((line) => `+ ${line}`)]
      : aligned(olds, news);
  return [
    ...a.slice(Math.max(0, start - around), start).map((line) => `  ${line}`),
    ...middle,
    ...a.slice(a.length - end, a.length - end + around).map((line) => `  ${line}`),
  ];
}

const shown = 20;
const cut = (lines: readonly string[]): string[] =>
  lines.length <= shown ? [...lines] : [...lines.slice(0, shown), `… ${lines.length - shown} more lines`];

/** The longest common subsequence stays. */
function aligned(a: readonly string[], b: readonly string[]): string[] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      (lengths[i] as Uint16Array)[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length)
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(`  ${a[i++]}`);
      j++;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) lines.push(`- ${a[i++]}`);
    else lines.push(`+ ${b[j++]}`);
  return lines;
}
