import { Alert, Group, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { type FormEvent, lazy, Suspense, useEffect, useId, useMemo, useRef, useState } from 'react';
import { type FieldIssue, type LocalIssue, shownIssues, withoutUndefined } from './field-errors.ts';
import '../state/palette.css';
import classes from './form.module.css';
import { FormBoundary } from './form-boundary.tsx';
import { JsonField } from './json-field.tsx';
import { checkSchema } from './schema-check.ts';
import { hiddenMembers, whyNoForm } from './showable.ts';

export type { FieldIssue } from './field-errors.ts';

const RjsfForm = lazy(() => import('./rjsf-form.tsx'));

export interface SchemaFormProps {
  /** A JSON Schema as its author wrote it: draft-07 or 2020-12, large, or wrong. Null: JSON alone. */
  schema: object | null;
  value: unknown;
  /** While the JSON cannot be read, `value` is the last that could, and `valid` is false. */
  onChange: (value: unknown, valid: boolean, errors: readonly FieldIssue[]) => void;
  /** What is entered: "Input of nightly-report". */
  label: string;
  /** Enter in a field; only when nothing is wrong. The page has the button, with `form={formId}`. */
  onSubmit?: (value: unknown) => void;
  formId?: string;
  disabled?: boolean;
  /** What the server says of a value; shown at its fields. Asked when the person pauses. */
  onValidate?: (value: unknown) => Promise<readonly FieldIssue[]>;
  /** Which view is first, where both can be had. */
  initialView?: View;
}

type View = 'form' | 'json';
const pauseMs = 600;

/** A value entered by a form made of its schema, or as JSON: both always hold the same. */
export function SchemaForm(props: SchemaFormProps) {
  const { schema, value, onChange, label, disabled, onSubmit, onValidate } = props;
  const [view, setView] = useState<View>(props.initialView ?? 'form');
  const [broken, setBroken] = useState<string | null>(null);
  const [unreadable, setUnreadable] = useState(false);
  const [showAll, setShowAll] = useState(0);
  const ownId = useId();
  const reason = useMemo(() => whyNoForm(schema), [schema]);
  const local = useMemo(() => issuesOf(value, schema), [value, schema]);
  const answered = useServerIssues(value, onValidate);
  const mistyped = value !== undefined && local.some(({ path, kind }) => path === '' && kind === 'type');
  const hindrance =
    reason ??
    broken ??
    (mistyped ? 'The value is not of the type that the schema asks for, so it is shown as JSON.' : null);
  const shown: View = hindrance !== null ? 'json' : view;
  const hidden = shown === 'form' ? hiddenMembers(value, schema) : [];

  const change = (next: unknown) => {
    const kept = withoutUndefined(next);
    const issues = issuesOf(kept, schema);
    onChange(kept, issues.length === 0, issues);
  };
  const choose = (next: View) => {
    if (next === 'form' && unreadable) return;
    setView(next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (unreadable || disabled) return;
    if (local.length === 0) onSubmit?.(value);
    else setShowAll((count) => count + 1);
  };

  const body = (
    <Stack gap="sm" className={classes.form}>
      <Group justify="space-between" gap="xs">
        <Text fw={600}>{label}</Text>
        {hindrance === null && (
          <SegmentedControl
            size="xs"
            aria-label={`How ${label} is entered`}
            value={shown}
            onChange={(next) => choose(next as View)}
            data={[
              { value: 'form', label: 'Form', disabled: unreadable },
              { value: 'json', label: 'JSON' },
            ]}
          />
        )}
      </Group>
      {hindrance !== null && <Notice text={hindrance} />}
      {hidden.length > 0 && (
        <Notice text={`The form has no fields for ${hidden.join(', ')}. They stay as they are; change them as JSON.`} />
      )}
      {shown === 'json' ? (
        <JsonField
          value={value}
          label={`${label} as JSON`}
          disabled={disabled}
          issues={[...answered, ...shownIssues(local, local, answered)]}
          onChange={(next) => {
            setUnreadable(false);
            change(next);
          }}
          onUnreadable={(problem) => {
            setUnreadable(true);
            onChange(value, false, [{ path: '', message: problem }]);
          }}
        />
      ) : (
        <FormBoundary
          key={ownId}
          onBroken={() => setBroken('This schema cannot be shown as a form, so the value is entered as JSON.')}
        >
          <Suspense fallback={<Skeleton height={160} aria-label="Loading the form" />}>
            <RjsfForm
              schema={schema as object}
              value={value}
              onChange={change}
              disabled={disabled}
              local={local}
              answered={answered}
              showAll={showAll}
            />
          </Suspense>
        </FormBoundary>
      )}
    </Stack>
  );
  if (onSubmit === undefined) return <section aria-label={label}>{body}</section>;
  return (
    <form id={props.formId ?? ownId} aria-label={label} noValidate onSubmit={submit}>
      {body}
      <input type="submit" hidden />
    </form>
  );
}

const issuesOf = (value: unknown, schema: object | null): LocalIssue[] =>
  schema === null
    ? []
    : checkSchema(value, schema).map(({ path, message, keyword }) => ({
        path: path.join('.'),
        message,
        kind: keyword,
      }));

const none: readonly FieldIssue[] = [];

/** What the server says of the value as it is now; nothing of an older one. */
function useServerIssues(value: unknown, ask: SchemaFormProps['onValidate']): readonly FieldIssue[] {
  const [answered, setAnswered] = useState<readonly FieldIssue[]>(none);
  const asking = useRef(ask);
  asking.current = ask;
  const asked = ask !== undefined;
  useEffect(() => {
    if (!asked) return;
    let current = true;
    const timer = setTimeout(() => {
      asking.current?.(value).then(
        (issues) => current && setAnswered(issues),
        // A server that cannot say leaves what is seen here.
        () => current && setAnswered(none),
      );
    }, pauseMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [value, asked]);
  return answered;
}

function Notice({ text }: { text: string }) {
  return (
    <Alert variant="outline" color="gray" icon={<IconInfoCircle aria-hidden />} py="xs" role="note">
      {text}
    </Alert>
  );
}
