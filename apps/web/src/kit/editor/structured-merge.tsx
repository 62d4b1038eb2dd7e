import { Text } from '@mantine/core';
import type { GivenHunk } from './merge-document.ts';

export interface MemberChoice {
  /** The server's name of the hunk. */
  readonly id: string;
  /** RFC 6901. */
  readonly pointer: string;
  readonly choice: 'local' | 'remote';
}

export interface StructuredResult {
  /** The file with these choices, in the formatting it has; null: it cannot be written here, only the choices say it. */
  readonly text: string | null;
  readonly unresolved: number;
  /** For the resolution `merge`, by hunk; null: something is open. */
  readonly choices: Readonly<Record<string, 'local' | 'remote'>> | null;
  readonly members: readonly MemberChoice[];
}

export interface StructuredMergeProps {
  readonly base: string | null;
  readonly local: string;
  readonly remote: string;
  /** The server's suggestion, which has the local value wherever a member is open. */
  readonly suggested?: string | null | undefined;
  /** The server's hunks of values. Left out: the three texts are compared here, as JSON. */
  readonly hunks?: readonly (GivenHunk & { readonly pointer?: string | undefined })[] | null | undefined;
  readonly localLabel: string;
  readonly remoteLabel: string;
  readonly onChange: (result: StructuredResult) => void;
}

/** Decides a file value by value. */
export default function StructuredMerge(_props: StructuredMergeProps) {
  return <Text>Not here yet</Text>;
}
