import { presentableDiff } from '@codemirror/merge';
import { Anchor, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import classes from './hunk-merge.module.css';
import { linesOf } from './text-diff.ts';

interface Props {
  readonly label: string;
  readonly text: string | null;
  /** What it is compared with, to mark what is different. */
  readonly against: string | null;
  readonly side: 'local' | 'remote' | 'base';
  readonly chosen: boolean;
  /** What is said where the text is null. */
  readonly absent?: string | undefined;
}

/** Lines shown at first; and the most characters that are compared within lines. */
const firstLines = 120;
const mostCompared = 60_000;

/** One side of a hunk, with what differs marked within its lines. */
export function HunkSide({ label, text, against, side, chosen, absent = 'The file is deleted here' }: Props) {
  const [all, setAll] = useState(false);
  const lines = useMemo(() => (text === null ? [] : linesOf(text)), [text]);
  const shown = all || lines.length <= firstLines ? (text ?? '') : lines.slice(0, firstLines).join('');
  const pieces = useMemo(() => markedPieces(shown, against), [shown, against]);
  return (
    <figure className={classes.side} data-side={side} data-chosen={chosen || undefined}>
      <Text component="figcaption" size="xs" fw={600} className={classes.sideLabel}>
        {label}
      </Text>
      {text === null || text === '' ? (
        <Text size="sm" className={classes.nothing}>
          {text === null ? absent : 'No lines here'}
        </Text>
      ) : (
        <pre className={classes.code}>
          {pieces.map((piece) =>
            piece.marked ? (
              <mark key={piece.from} className={classes.mark}>
                {visible(piece.text)}
              </mark>
            ) : (
              <span key={piece.from}>{piece.text}</span>
            ),
          )}
        </pre>
      )}
      {shown.length < (text?.length ?? 0) && (
        <Anchor component="button" type="button" size="xs" onClick={() => setAll(true)}>
          Show all {lines.length.toLocaleString('en')} lines
        </Anchor>
      )}
    </figure>
  );
}

/** A line end that differs is seen as a space at the end of its line. */
const visible = (text: string): string => text.replaceAll('\r', '␍');

interface Piece {
  readonly from: number;
  readonly text: string;
  readonly marked: boolean;
}

function markedPieces(text: string, against: string | null): Piece[] {
  if (against === null || against === '' || text.length + against.length > mostCompared)
    return [{ from: 0, text, marked: false }];
  const pieces: Piece[] = [];
  let at = 0;
  for (const { fromB, toB } of presentableDiff(against, text, { scanLimit: 500 })) {
    if (toB === fromB) continue;
    if (fromB > at) pieces.push({ from: at, text: text.slice(at, fromB), marked: false });
    pieces.push({ from: fromB, text: text.slice(fromB, toB), marked: true });
    at = toB;
  }
  if (at < text.length) pieces.push({ from: at, text: text.slice(at), marked: false });
  return pieces;
}
