/**
 * The files of a new change, by path within it: what is given, and a proposal and tasks to fill in where they are not. It
 * validates once they are filled in and a spec is added.
 */
export function newChange(folder: string, given: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  const words = folder.replaceAll('-', ' ');
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  const files = new Map<string, Uint8Array>([
    [
      'proposal.md',
      Buffer.from(
        `# Change: ${title}\n\n## Why\n\n<!-- What is wrong, or missing, and for whom: a sentence or two. -->\n\n## What Changes\n\n- \n\n## Impact\n\n- Affected specs: \n- Affected code: \n`,
      ),
    ],
    ['tasks.md', Buffer.from('## 1. Implementation\n\n- [ ] 1.1 \n')],
  ]);
  for (const [path, bytes] of given) files.set(path, bytes);
  return files;
}
