/** Leads to a line in the editor of a task. */
export const sourceHref = (taskId: string, file: string | null, line: number | null): string =>
  `/tasks/${taskId}?${new URLSearchParams({
    tab: 'source',
    ...(file === null ? {} : { file }),
    ...(line === null ? {} : { line: String(line) }),
  })}`;
