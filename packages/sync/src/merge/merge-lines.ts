import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Choice, Choices, Hunk, Merge } from './merge.ts';
import { mergedShape, mixesLineEnds, plainText, shaped, shapeOf } from './text-shape.ts';

/** Longer than any run of these characters that a text is likely to hold; a longer one in the text makes it longer. */
const leastMarker = 7;

interface Open {
  readonly id: string;
  readonly local: string;
  readonly base: string;
  readonly remote: string;
}

/**
 * Merges texts line by line. BOM, line ends and the final newline are set aside, merged by themselves and restored; where
 * a text mixes line ends, each line keeps its own.
 */
export async function mergeLines(base: string, local: string, remote: string): Promise<Merge> {
  const mixed = [base, local, remote].some(mixesLineEnds);
  const [b, l, r] = [plainText(base, mixed), plainText(local, mixed), plainText(remote, mixed)];
  const merged = mergedShape(shapeOf(base), shapeOf(local), shapeOf(remote));
  const shape = mixed ? { ...merged, crlf: false } : merged;
  const size = markerSize([b, l, r]);
  const encode = (plain: string) => Buffer.from(shaped(plain, shape), 'utf8');
  const { text, clean } = await gitMerge(b, l, r, size);
  if (clean) return { outcome: { clean: true, bytes: encode(text) }, choose: () => encode(text) };
  const parts = parse(text, size);
  const hunks: Hunk[] = [];
  let line = 1;
  for (const part of parts) {
    if (typeof part === 'string') line += lineCount(part);
    else {
      hunks.push({ id: part.id, kind: 'lines', line, base: part.base, local: part.local, remote: part.remote });
      line += lineCount(part.local) + lineCount(part.base) + lineCount(part.remote) + 4;
    }
  }
  const join = (pick: (open: Open) => string) =>
    encode(parts.map((part) => (typeof part === 'string' ? part : pick(part))).join(''));
  const choose = (choices: Choices) => join((open) => chosen(open, choices[open.id] ?? 'local'));
  return { outcome: { clean: false, bytes: encode(text), fallback: join((open) => open.remote), hunks }, choose };
}

const chosen = (open: Open, choice: Choice): string =>
  choice === 'local' ? open.local : choice === 'remote' ? open.remote : open.local + open.remote;
const lineCount = (text: string): number => text.split('\n').length - 1;

/** One more than the longest run at the start of a line, so that nothing in the texts passes for a marker. */
function markerSize(texts: readonly string[]): number {
  let longest = leastMarker - 1;
  for (const text of texts)
    for (const [run] of text.matchAll(/^(?:<+|\|+|=+|>+)/gm)) longest = Math.max(longest, run.length);
  return longest + 1;
}

/** `git merge-file` in a folder of its own: its diff3 stays quick where repetitive lines make others slow. */
async function gitMerge(
  base: string,
  local: string,
  remote: string,
  size: number,
): Promise<{ text: string; clean: boolean }> {
  const folder = await mkdtemp(join(tmpdir(), 'ratchet-merge-'));
  try {
    await Promise.all([
      writeFile(join(folder, 'base'), base),
      writeFile(join(folder, 'local'), local),
      writeFile(join(folder, 'remote'), remote),
    ]);
    const labels = ['-L', 'local', '-L', 'base', '-L', 'remote'];
    return await new Promise((resolve, reject) => {
      execFile(
        'git',
        ['merge-file', '-p', '--diff3', `--marker-size=${size}`, ...labels, 'local', 'base', 'remote'],
        {
          cwd: folder,
          env: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: folder, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' },
          maxBuffer: 512 * 1024 * 1024,
          timeout: 60_000,
        },
        (error, stdout) => {
          // The exit code is the number of conflicts, up to 127; anything beyond is a failure. A process that was killed,
          // at the time limit or for want of memory, has none, and what it wrote is no merge.
          const code = error ? error.code : 0;
          if (typeof code === 'number' && code >= 0 && code <= 127) resolve({ text: stdout, clean: code === 0 });
          else
            reject(new Error(`git merge-file did not finish (${code ?? error?.signal ?? 'no exit code'}). Try again.`));
        },
      );
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Stretches of settled text and open hunks, in order. */
function parse(text: string, size: number): (string | Open)[] {
  const parts: (string | Open)[] = [];
  const [start, middle, split, end] = [
    `${'<'.repeat(size)} local`,
    `${'|'.repeat(size)} base`,
    '='.repeat(size),
    `${'>'.repeat(size)} remote`,
  ];
  let settled = '';
  let open: { local: string; base: string; remote: string } | null = null;
  let side: 'local' | 'base' | 'remote' = 'local';
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    // In a text that mixes line ends git ends its markers as the lines around them.
    const bare = line.replace(/\r?\n$/, '');
    if (!open && bare === start) {
      if (settled) parts.push(settled);
      settled = '';
      open = { local: '', base: '', remote: '' };
      side = 'local';
    } else if (open && bare === middle) side = 'base';
    else if (open && bare === split) side = 'remote';
    else if (open && bare === end) {
      parts.push({ id: `h${parts.filter((part) => typeof part !== 'string').length + 1}`, ...open });
      open = null;
    } else if (open) open[side] += line;
    else settled += line;
  }
  if (settled) parts.push(settled);
  return parts;
}
