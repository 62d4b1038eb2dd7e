import type { FileDiff } from '@ratchet/contract/entities/task';
import type { StoredTree } from '@ratchet/store/schema/columns';
import { createTwoFilesPatch } from 'diff';
import type * as z from 'zod';

/** Beyond this a file is named as changed and its lines are not shown. */
const maxDiffBytes = 2_000_000;

/** How one tree became another, file by file, as unified diffs. */
export function treeDiff(
  from: StoredTree,
  to: StoredTree,
  contents: ReadonlyMap<string, Uint8Array>,
): z.output<typeof FileDiff>[] {
  const paths = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return paths.flatMap((path): z.output<typeof FileDiff>[] => {
    const [old, current] = [from[path], to[path]];
    if (old && current && old[0] === current[0] && old[1] === current[1]) return [];
    const change = !old ? ('added' as const) : !current ? ('removed' as const) : ('modified' as const);
    const texts = [old, current].map((entry) => (entry ? textOf(contents.get(entry[0])) : ''));
    const [before, after] = texts;
    if (typeof before !== 'string' || typeof after !== 'string') return [{ path, change, binary: true, diff: '' }];
    return [
      {
        path,
        change,
        binary: false,
        diff: createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, '', '', { context: 3 }),
      },
    ];
  });
}

function textOf(bytes: Uint8Array | undefined): string | null {
  if (!bytes || bytes.length > maxDiffBytes || bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
