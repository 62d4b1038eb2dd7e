/** Commands that need a process of their own, and what is there in the console. */
const refusals: Readonly<Record<string, string>> = {
  serve: 'A server needs a process of its own: run "ratchet serve" in a shell, then "connect" here.',
  start: 'A server needs a process of its own: run "ratchet start" in a shell, then "connect" here.',
  dev: '"ratchet dev" watches until it is ended: run it in a shell of its own.',
  console: 'This is the console already. "connect HOST:PORT" goes to another server.',
  completion: 'Completion scripts are for shells: run "ratchet completion" there. Here Tab completes.',
};

/** Why a command cannot run in the console; null: it can. */
export function shellOnly(args: readonly string[]): string | null {
  const [name = '', second] = args.filter((one) => !one.startsWith('-'));
  if (args.includes('--help') || args.includes('-h')) return null;
  if (name === 'mcp' && second === undefined)
    return '"ratchet mcp" speaks to a program: run it from there. Here: "mcp tools", "mcp call TOOL" and "mcp capabilities".';
  return refusals[name] ?? null;
}
