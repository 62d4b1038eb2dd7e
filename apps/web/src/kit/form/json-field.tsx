import { Stack, Textarea } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { FieldIssue } from './field-errors.ts';
import '../state/palette.css';
import classes from './form.module.css';
import { IssueList } from './issue-list.tsx';
import { type JsonProblem, jsonProblem } from './json-problem.ts';
import { sameJson } from './schema-issue.ts';

export interface JsonFieldProps {
  value: unknown;
  onChange: (value: unknown) => void;
  /** The text cannot be read as JSON; the value stays what it was. */
  onUnreadable?: (problem: string) => void;
  label: string;
  /** Shows the label; else it is only told to screen readers. */
  visibleLabel?: boolean;
  description?: string;
  disabled?: boolean;
  /** What is wrong with the value, shown below it. */
  issues?: readonly FieldIssue[];
  minRows?: number;
}

const textOf = (value: unknown): string => (value === undefined ? '' : (JSON.stringify(value, null, 2) ?? ''));

/** A JSON value as text. What was typed stays as it was typed; only a value that came from elsewhere replaces it. */
export function JsonField(props: JsonFieldProps) {
  const { value, onChange, onUnreadable, label, visibleLabel, description, disabled, issues = [], minRows = 8 } = props;
  const [text, setText] = useState(() => textOf(value));
  const [problem, setProblem] = useState<JsonProblem | null>(null);
  const told = useRef(value);
  const area = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    if (value === told.current || sameJson(value, told.current)) return;
    told.current = value;
    setText(textOf(value));
    setProblem(null);
  }, [value]);

  const type = (next: string) => {
    setText(next);
    const empty = next.trim() === '';
    const wrong = empty ? null : jsonProblem(next);
    setProblem(wrong);
    if (wrong !== null) {
      onUnreadable?.(`Line ${wrong.line}, column ${wrong.column}: ${wrong.message}`);
      return;
    }
    told.current = empty ? undefined : JSON.parse(next);
    onChange(told.current);
  };
  const showProblem = () => {
    if (problem === null || area.current === null) return;
    area.current.focus();
    area.current.setSelectionRange(problem.offset, Math.min(text.length, problem.offset + 1));
  };
  return (
    <Stack gap="xs" className={`${classes.json} ${classes.form}`}>
      <Textarea
        ref={area}
        label={visibleLabel ? label : undefined}
        aria-label={visibleLabel ? undefined : label}
        description={description}
        value={text}
        onChange={(event) => type(event.currentTarget.value)}
        disabled={disabled}
        autosize
        minRows={minRows}
        maxRows={30}
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        wrap="off"
        error={
          problem === null ? (
            issues.length > 0
          ) : (
            <button type="button" className={classes.problem} onClick={showProblem}>
              Line {problem.line}, column {problem.column}: {problem.message}
            </button>
          )
        }
      />
      <div role="status">
        {problem === null && issues.length > 0 && <IssueList issues={issues} label="What is wrong" />}
      </div>
    </Stack>
  );
}
