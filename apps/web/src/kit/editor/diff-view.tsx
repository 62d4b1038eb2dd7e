import { getChunks, goToNextChunk, goToPreviousChunk, MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import {
  Alert,
  Box,
  Button,
  Group,
  SegmentedControl,
  Stack,
  Switch,
  Text,
  useComputedColorScheme,
} from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useEffect, useMemo, useRef, useState } from 'react';
import classes from './diff-view.module.css';
import { basics, named, reading } from './editor-extensions.ts';
import { isLarge, loadLanguage } from './editor-language.ts';
import { editorTheme } from './editor-theme.ts';
import { diffByLines } from './text-diff.ts';
import { openText } from './text-shape.ts';
import type { DiffViewProps } from './types.ts';

/** Above this many characters on both sides together nothing is compared. */
const mostCompared = 4_000_000;

/** Two texts beside each other or as one, with what differs marked. */
export default function DiffView(props: DiffViewProps) {
  const { before, after, beforeLabel, afterLabel } = props;
  const said = useMemo(() => whatToSay(before, after), [before, after]);
  if (said)
    return (
      <Alert variant="light" color="gray" role="status" title={said}>
        {beforeLabel} and {afterLabel}
      </Alert>
    );
  return <Differences {...props} />;
}

/** Why no difference can be drawn; null: it can. */
function whatToSay(before: string | null, after: string | null): string | null {
  if (before === after) return 'No difference';
  if (before?.includes('\0') || after?.includes('\0')) return 'This is not text, so its differences cannot be shown';
  if ((before?.length ?? 0) + (after?.length ?? 0) > mostCompared)
    return 'The texts differ, and are too large to be compared here';
  if (before === '' || after === '') {
    if (before === null) return 'An empty file was added';
    if (after === null) return 'An empty file was removed';
  }
  const [a, b] = [openText(before ?? ''), openText(after ?? '')];
  if (a.plain !== b.plain) return null;
  return a.shape.bom === b.shape.bom ? 'Only the line ends differ' : 'Only the byte order mark or the line ends differ';
}

function Differences(props: DiffViewProps) {
  const { before, after, beforeLabel, afterLabel, language, mode, collapseUnchanged = true, maxHeight } = props;
  const wide = useMediaQuery('(min-width: 700px)', true, { getInitialValueInEffect: false });
  const [chosen, setChosen] = useState<'split' | 'unified' | null>(null);
  const [collapse, setCollapse] = useState(collapseUnchanged);
  const [loaded, setLoaded] = useState<Extension | null>(null);
  const [count, setCount] = useState<number | null>(null);
  const scheme = useComputedColorScheme('light');
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const layout = wide ? (chosen ?? mode ?? 'split') : 'unified';
  const large = useMemo(() => isLarge(before ?? '') || isLarge(after ?? ''), [before, after]);

  useEffect(() => {
    let wanted = true;
    setLoaded(null);
    void (large ? Promise.resolve([]) : loadLanguage(language)).then((extension) => {
      if (wanted) setLoaded(extension);
    });
    return () => {
      wanted = false;
    };
  }, [language, large]);

  useEffect(() => {
    if (loaded === null || !parent.current) return;
    const [a, b] = [openText(before ?? '').plain, openText(after ?? '').plain];
    const extensions = (label: string): Extension => [
      basics,
      reading,
      named(label, true),
      loaded,
      editorTheme(scheme),
      large ? [] : EditorView.lineWrapping,
    ];
    const shared = {
      highlightChanges: true,
      gutter: true,
      diffConfig: { override: diffByLines },
      ...(collapse ? { collapseUnchanged: { margin: 3, minSize: 6 } } : {}),
    };
    if (layout === 'split') {
      const merge = new MergeView({
        ...shared,
        parent: parent.current,
        a: { doc: a, extensions: extensions(beforeLabel) },
        b: { doc: b, extensions: extensions(afterLabel) },
      });
      view.current = merge.b;
      setCount(merge.chunks.length);
      return () => merge.destroy();
    }
    const unified = new EditorView({
      parent: parent.current,
      state: EditorState.create({
        doc: b,
        extensions: [
          extensions(`${beforeLabel} compared with ${afterLabel}`),
          unifiedMergeView({
            ...shared,
            original: EditorState.create({ doc: a, extensions: basics }).doc,
            mergeControls: false,
          }),
        ],
      }),
    });
    view.current = unified;
    setCount(getChunks(unified.state)?.chunks.length ?? 0);
    return () => unified.destroy();
  }, [before, after, beforeLabel, afterLabel, layout, collapse, loaded, scheme, large]);

  const move = (command: typeof goToNextChunk) => () => {
    if (!view.current) return;
    command(view.current);
    view.current.dispatch({
      effects: EditorView.scrollIntoView(view.current.state.selection.main.head, { y: 'center' }),
    });
  };
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Text size="sm" role="status">
            {count === null ? '' : `${count} ${count === 1 ? 'difference' : 'differences'}`}
          </Text>
          <Button size="compact-xs" variant="default" onClick={move(goToPreviousChunk)}>
            Previous
          </Button>
          <Button size="compact-xs" variant="default" onClick={move(goToNextChunk)}>
            Next
          </Button>
        </Group>
        <Group gap="sm">
          <Switch
            size="xs"
            label="Hide unchanged lines"
            checked={collapse}
            onChange={(event) => setCollapse(event.currentTarget.checked)}
          />
          {wide && (
            <SegmentedControl
              size="xs"
              aria-label="Layout of the differences"
              value={layout}
              onChange={(value) => setChosen(value === 'unified' ? 'unified' : 'split')}
              data={[
                { value: 'split', label: 'Side by side' },
                { value: 'unified', label: 'As one' },
              ]}
            />
          )}
        </Group>
      </Group>
      <Box className={classes.frame}>
        <div className={classes.heads} data-layout={layout}>
          <span>
            <span className={classes.minus}>−</span> {beforeLabel}
          </span>
          <span>
            <span className={classes.plus}>+</span> {afterLabel}
          </span>
        </div>
        <div ref={parent} className={classes.view} data-scheme={scheme} style={{ maxHeight }} />
      </Box>
    </Stack>
  );
}
