import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { HunkMergeProps } from './merge-props.ts';
import type { StructuredMergeProps } from './structured-merge.tsx';
import type { CodeEditorProps, DiffViewProps } from './types.ts';

export { languageOf } from './language-of.ts';
export type { HunkMergeProps } from './merge-props.ts';
export type { StructuredMergeProps } from './structured-merge.tsx';
export type { CodeEditorProps, DiffViewProps, EditorLanguage, Problem, Reveal } from './types.ts';

const Editor = lazy(() => import('./code-editor.tsx'));
const Diff = lazy(() => import('./diff-view.tsx'));
const Hunks = lazy(() => import('./hunk-merge.tsx'));
const Structured = lazy(() => import('./structured-merge.tsx'));

const placeholder = (height: number | string) => <Skeleton height={height} radius="sm" aria-hidden />;

/** Edits a text as code; loads its parts when it is first shown. */
export function CodeEditor(props: CodeEditorProps) {
  return (
    <Suspense fallback={placeholder(props.minHeight ?? props.maxHeight ?? 200)}>
      <Editor {...props} />
    </Suspense>
  );
}

/** Shows how two texts differ. */
export function DiffView(props: DiffViewProps) {
  return (
    <Suspense fallback={placeholder(props.maxHeight ?? 240)}>
      <Diff {...props} />
    </Suspense>
  );
}

/** Decides a text in conflict, hunk by hunk. */
export function HunkMerge(props: HunkMergeProps) {
  return (
    <Suspense fallback={placeholder(480)}>
      <Hunks {...props} />
    </Suspense>
  );
}

/** Decides a JSON or YAML file in conflict, value by value. */
export function StructuredMerge(props: StructuredMergeProps) {
  return (
    <Suspense fallback={placeholder(320)}>
      <Structured {...props} />
    </Suspense>
  );
}
