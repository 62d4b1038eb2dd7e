import { ActionIcon, Button, Chip, Group, Text, TextInput, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconArrowDown, IconDownload, IconSearch, IconTextWrap } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { CopyButton } from '../state/copy-button.tsx';
import { downloadText } from '../state/copy-text.tsx';
import '../state/palette.css';
import classes from './log.module.css';
import {
  clockText,
  dataText,
  filterLines,
  type LogEntry,
  type LogLevel,
  lineText,
  logLevels,
  stripAnsi,
  summaryText,
} from './log-lines.ts';

export type { LogEntry, LogLevel } from './log-lines.ts';

export interface LogViewProps {
  /** In the order that they were written. */
  lines: readonly LogEntry[];
  /** More may come: the end is followed until the person scrolls away from it. */
  live?: boolean;
  /** Whose log it is: "Log of execution 0192…". */
  label: string;
  /** CSS height of the lines. */
  height?: string | number;
  /** Shown where there is no line yet. */
  empty?: ReactNode;
  /** Name of the file that is downloaded. */
  fileName?: string;
}

const names: Readonly<Record<LogLevel, string>> = { debug: 'Debug', info: 'Info', warn: 'Warn', error: 'Error' };

/** The lines of a log: filtered by level and text, drawn as they come into sight, following the end while it grows. */
export function LogView(props: LogViewProps) {
  const { lines, live = false, label, height = 'min(60vh, 40rem)', fileName = 'log.txt' } = props;
  const [levels, setLevels] = useState<LogLevel[]>([]);
  const [text, setText] = useState('');
  const [wrap, setWrap] = useState(true);
  const searched = useDeferredValue(text);
  const shown = useMemo(() => filterLines(lines, { levels, text: searched }), [lines, levels, searched]);
  const scroller = useRef<HTMLDivElement>(null);
  const [follows, setFollows] = useState(live);
  const summary = useSummary(shown, lines.length, live);

  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 20,
    getItemKey: (index) => shown[index]?.sequence ?? index,
    overscan: 20,
  });
  useEffect(() => {
    if (follows && shown.length > 0) virtualizer.scrollToIndex(shown.length - 1, { align: 'end' });
  }, [follows, shown.length, virtualizer]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: wrapped lines are as high as they are measured anew
  useEffect(() => virtualizer.measure(), [wrap, virtualizer]);

  const top = useRef(0);
  const onScroll = () => {
    const box = scroller.current;
    if (box === null) return;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
    // Only going up is leaving: lines that came below are not the person's doing.
    if (atEnd) setFollows(true);
    else if (box.scrollTop < top.current - 1) setFollows(false);
    top.current = box.scrollTop;
  };
  const toEnd = () => {
    setFollows(true);
    virtualizer.scrollToIndex(shown.length - 1, { align: 'end' });
    scroller.current?.focus();
  };
  const asText = () => shown.map(lineText).join('\n');

  return (
    <section className={classes.frame} aria-label={label}>
      <div className={classes.bar}>
        <TextInput
          className={classes.search}
          size="xs"
          type="search"
          aria-label={`Search in ${label}`}
          placeholder="Search"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Chip.Group multiple value={levels} onChange={(next) => setLevels(next as LogLevel[])}>
          <Group gap={4} role="group" aria-label="Levels that are shown">
            {logLevels.map((level) => (
              <Chip key={level} value={level} size="xs" variant="outline">
                {names[level]}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        <Group gap={4}>
          <Tooltip label={wrap ? 'Do not wrap long lines' : 'Wrap long lines'}>
            <ActionIcon
              variant={wrap ? 'light' : 'subtle'}
              color="gray"
              aria-label="Wrap long lines"
              aria-pressed={wrap}
              onClick={() => setWrap(!wrap)}
            >
              <IconTextWrap size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <CopyButton value={asText} label="Copy the lines that are shown" size="md" />
          <Tooltip label="Download the lines that are shown">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label="Download the lines that are shown"
              onClick={() => downloadText(fileName, `${asText()}\n`)}
            >
              <IconDownload size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
      </div>
      <div className={classes.body}>
        <div
          ref={scroller}
          className={classes.scroller}
          style={{ height }}
          onScroll={onScroll}
          role="log"
          aria-live="off"
          aria-label={`Lines of ${label}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
        >
          {shown.length === 0 ? (
            <div className={classes.empty}>
              {lines.length > 0 ? (
                <Text size="sm">No line matches. Change the search or the levels.</Text>
              ) : (
                (props.empty ?? <Text size="sm">{live ? 'Waiting for the first line.' : 'Nothing was logged.'}</Text>)
              )}
            </div>
          ) : (
            <div className={classes.lines} data-wrap={wrap || undefined} style={{ height: virtualizer.getTotalSize() }}>
              {virtualizer.getVirtualItems().map((item) => {
                const line = shown[item.index];
                return (
                  line !== undefined && (
                    <div
                      key={item.key}
                      ref={virtualizer.measureElement}
                      data-index={item.index}
                      data-level={line.level}
                      className={classes.line}
                      style={{ transform: `translateY(${item.start}px)` }}
                    >
                      <Line line={line} />
                    </div>
                  )
                );
              })}
            </div>
          )}
        </div>
        {!follows && shown.length > 0 && (
          <Button
            className={classes.jump}
            size="compact-sm"
            variant="default"
            leftSection={<IconArrowDown size={14} aria-hidden />}
            onClick={toEnd}
          >
            {live ? 'Follow the end' : 'Jump to the end'}
          </Button>
        )}
      </div>
      <VisuallyHidden role="status">{summary}</VisuallyHidden>
    </section>
  );
}

function Line({ line }: { line: LogEntry }) {
  const data = dataText(line.data);
  return (
    <>
      <time className={classes.time} dateTime={line.time} title={line.time}>
        {clockText(line.time)}
      </time>
      <span className={classes.level} data-level={line.level}>
        {line.level}
      </span>
      <span className={classes.text}>
        {stripAnsi(line.message)}
        {data !== '' && <span className={classes.data}> {data}</span>}
      </span>
    </>
  );
}

const summaryMs = 10_000;

/** A log that is read page by page is told when it rests. */
const restMs = 500;

/** What is said aloud: how much is shown, not each line, and while lines come not more often than every ten seconds. */
function useSummary(shown: readonly LogEntry[], of: number, live: boolean): string {
  const [said, setSaid] = useState('');
  const now = useRef({ shown, of });
  now.current = { shown, of };
  useEffect(() => {
    if (!live) return;
    const timer = setInterval(() => setSaid(summaryText(now.current.shown, now.current.of)), summaryMs);
    return () => clearInterval(timer);
  }, [live]);
  useEffect(() => {
    if (live) return;
    const timer = setTimeout(() => setSaid(summaryText(shown, of)), restMs);
    return () => clearTimeout(timer);
  }, [live, shown, of]);
  return said;
}
