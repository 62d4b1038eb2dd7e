import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { MarkdownViewProps } from './markdown-view.tsx';

const View = lazy(() => import('./markdown-view.tsx'));

/** A text in Markdown as people read it; what draws it is loaded when it is first shown. */
export function Markdown(props: MarkdownViewProps) {
  return (
    <Suspense fallback={<Skeleton height={160} aria-hidden />}>
      <View {...props} />
    </Suspense>
  );
}
