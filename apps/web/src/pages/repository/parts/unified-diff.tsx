import { Text } from '@mantine/core';
import classes from './unified-diff.module.css';

type Kind = 'added' | 'removed' | 'place' | 'same';

/** Lines beyond these are counted and not drawn. */
const mostLines = 2000;

interface UnifiedDiffProps {
  /** As the server answers it, with its two lines of names. */
  readonly diff: string;
  readonly path: string;
  readonly binary: boolean;
}

/** How one file differs, line by line; signs tell what colours tell. */
export function UnifiedDiff({ diff, path, binary }: UnifiedDiffProps) {
  if (binary) return <Text size="sm">It is not text, or too large to show: only that it differs is known.</Text>;
  const all = diff.replace(/\n$/, '').split('\n');
  const first = all.findIndex((line) => line.startsWith('@@'));
  const lines = first < 0 ? [] : all.slice(first);
  if (lines.length === 0) return <Text size="sm">Its text is the same; its mode or its name differs.</Text>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.diff} tabIndex={0} aria-label={`Changes of ${path}`}>
      <div className={classes.lines}>
        {lines.slice(0, mostLines).map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text that does not change
          <div key={index} className={classes.line} data-kind={kindOf(line)}>
            {line === '' ? ' ' : line}
          </div>
        ))}
        {lines.length > mostLines && (
          <div className={classes.line} data-kind="place">
            {(lines.length - mostLines).toLocaleString('en')} more lines
          </div>
        )}
      </div>
    </section>
  );
}

const kindOf = (line: string): Kind =>
  line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : line.startsWith('@@') ? 'place' : 'same';
