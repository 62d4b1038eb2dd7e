/** The expression in a line of code that a member is read of: `input.user` for the member `name` in `input.user.name`. */
export function expressionBefore(line: string | null, member: string, column: number | null): string | null {
  if (line === null) return null;
  const places: { at: number; end: number }[] = [];
  const quoted = [`['${member}']`, `["${member}"]`, `[\`${member}\`]`, `[${member}]`];
  for (const [text, isName] of [[`.${member}`, true], ...quoted.map((one) => [one, false] as const)] as const)
    for (let at = line.indexOf(text); at >= 0; at = line.indexOf(text, at + 1))
      if (!isName || !/[\w$]/.test(line[at + text.length] ?? '')) places.push({ at, end: at + text.length });
  // V8 points to the name, or to the bracket; of several the closest is meant.
  const near = ({ at, end }: { at: number; end: number }) =>
    column === null ? at : column - 1 >= at && column - 1 <= end ? 0 : Math.abs(column - 1 - at);
  for (const { at } of places.sort((a, b) => near(a) - near(b))) {
    const found = backwards(line, at);
    if (found !== null) return found;
  }
  return null;
}

/** The member expression that ends before a place: names, calls and brackets joined by dots. */
function backwards(line: string, end: number): string | null {
  let at = end;
  const closing: Readonly<Record<string, string>> = { ')': '(', ']': '[' };
  for (;;) {
    const last = line[at - 1] ?? '';
    const open = closing[last];
    if (open !== undefined) {
      let depth = 0;
      do {
        at -= 1;
        if (line[at] === last) depth += 1;
        else if (line[at] === open) depth -= 1;
      } while (depth > 0 && at > 0);
      if (depth > 0) return null;
      continue;
    }
    if (/[\w$]/.test(last)) {
      while (/[\w$]/.test(line[at - 1] ?? '')) at -= 1;
      if (line[at - 1] !== '.') break;
      at -= line[at - 2] === '?' ? 2 : 1;
      continue;
    }
    break;
  }
  const found = line.slice(at, end).trim();
  return /^[A-Za-z_$(]/.test(found) && found.length <= 80 ? found : null;
}
