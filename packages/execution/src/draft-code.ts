import { createHash } from 'node:crypto';
import type { TaskCode } from '@ratchet/sandbox/sandbox';
import type { StoredProblem } from '@ratchet/store/schema/columns';
import { importableText } from './runnable-task.ts';

/** What files that are not stored say. */
export interface DraftFields {
  readonly metadata: Record<string, unknown>;
  readonly inputSchema: Record<string, unknown> | boolean | null;
  readonly outputSchema: Record<string, unknown> | boolean | null;
  readonly problems: readonly StoredProblem[];
  readonly entry: string;
  readonly sourceType: 'javascript' | 'typescript';
}
export type DraftFiles = ReadonlyMap<string, { readonly bytes: Uint8Array; readonly mode: string }>;

/** The code of files that are not stored, under a name of its own for each content. */
export function draftCode(
  taskId: string,
  { entry, sourceType }: Pick<DraftFields, 'entry' | 'sourceType'>,
  files: DraftFiles,
): TaskCode {
  const texts = new Map<string, string>();
  const hash = createHash('sha256').update(`${entry}\0${sourceType}\0`);
  for (const [path, { bytes, mode }] of files) {
    const text = importableText(bytes, mode);
    if (text === null) continue;
    texts.set(path, text);
    hash.update(`${path}\0${Buffer.byteLength(text)}\0`).update(text);
  }
  return { key: `${taskId}:draft:${hash.digest('hex')}`, files: texts, entry, sourceType };
}
