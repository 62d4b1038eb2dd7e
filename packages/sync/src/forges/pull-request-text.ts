export interface ProposedTask {
  readonly name: string;
  readonly path: string;
  readonly change: 'added' | 'modified' | 'deleted';
}

export interface PullRequestTextInput {
  /** With `{{task_list}}`, `{{task_count}}`, `{{branch}}` and `{{base}}`; null: a template of ours. */
  readonly template: string | null;
  readonly branch: string;
  readonly base: string;
  readonly tasks: readonly ProposedTask[];
}

/** Characters that every forge takes. */
const longestBody = 60_000;
const longestTitle = 200;

const ours = `Changes made in Ratchet, to be merged into \`{{base}}\`:

{{task_list}}

Further pushes go to this branch until it is merged or closed.`;

const verbs = { added: 'Add', modified: 'Update', deleted: 'Remove' } as const;

/** Title and text of a pull request. Names are shown as they are, never as markup. */
export function pullRequestText({ template, branch, base, tasks }: PullRequestTextInput): {
  title: string;
  body: string;
} {
  const [first] = tasks;
  const title =
    tasks.length === 1 && first ? `${verbs[first.change]} ${oneLine(first.name)}` : `Update ${tasks.length} tasks`;
  const words = (list: string): Record<string, string> => ({
    task_list: list,
    task_count: String(tasks.length),
    branch,
    base,
  });
  const fill = (list: string): string => {
    const known = words(list);
    return (template ?? ours).replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, word: string) =>
      Object.hasOwn(known, word) ? (known[word] as string) : whole,
    );
  };
  const room = longestBody - fill('').length;
  return { title: title.slice(0, longestTitle), body: fill(listOf(tasks, room)).slice(0, longestBody) };
}

/** As many lines as there is room for; the rest is counted. */
function listOf(tasks: readonly ProposedTask[], room: number): string {
  const lines: string[] = [];
  let length = 0;
  for (const [i, { name, path, change }] of tasks.entries()) {
    const line = `- ${verbs[change]} **${escaped(name)}** (${code(path)})`;
    length += line.length + 1;
    if (length > room - 40) {
      lines.push(`- and ${tasks.length - i} more`);
      break;
    }
    lines.push(line);
  }
  return lines.join('\n');
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
const escaped = (text: string): string => oneLine(text).replace(/[\\`*_{}[\]<>()#+!|~@&-]/g, '\\$&');

/** Code that holds backticks is fenced by more of them. */
function code(text: string): string {
  const plain = oneLine(text);
  const longest = Math.max(0, ...Array.from(plain.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 ? ' ' : '';
  return `${fence}${space}${plain}${space}${fence}`;
}
