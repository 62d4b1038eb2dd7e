import '@mantine/dates/styles.css';
import { Form } from '@rjsf/mantine';
import type { RJSFSchema } from '@rjsf/utils';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { errorSchemaOf, type FieldIssue, type LocalIssue, shownIssues } from './field-errors.ts';
import { fillConsts } from './fill-consts.ts';
import { formValidator } from './form-validator.ts';
import { formTemplates, formWidgets, formWords } from './rjsf-templates.tsx';

interface RjsfFormProps {
  schema: object;
  value: unknown;
  onChange: (value: unknown) => void;
  disabled?: boolean;
  /** What is seen here to be wrong with the value. */
  local: readonly LocalIssue[];
  /** What the server says of the value. */
  answered: readonly FieldIssue[];
  /** Grows when everything that is wrong is to be shown. */
  showAll: number;
}

/**
 * The form itself, in a file of its own so that it is loaded only where one is shown. What is wrong is shown when a field is
 * left, what is missing when the form is sent, and goes as soon as it is put right.
 */
export default function RjsfForm({ schema, value, onChange, disabled, local, answered, showAll }: RjsfFormProps) {
  const place = useRef<HTMLDivElement>(null);
  const id = useId();
  const [left, setLeft] = useState<readonly LocalIssue[]>([]);
  const extraErrors = useMemo(
    () => errorSchemaOf([...answered, ...shownIssues(local, showAll > 0 ? local : left, answered)]),
    [answered, local, left, showAll],
  );
  useEffect(() => {
    if (showAll === 0) return;
    // After the errors are drawn, so that a screen reader reads the field with its error.
    const timer = setTimeout(() => place.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
    return () => clearTimeout(timer);
  }, [showAll]);
  return (
    <div ref={place}>
      <Form
        tagName="div"
        idPrefix={id}
        schema={schema as RJSFSchema}
        uiSchema={uiSchema}
        formData={value}
        validator={formValidator}
        templates={formTemplates}
        widgets={formWidgets}
        translateString={formWords}
        onChange={({ formData }) => onChange(fillConsts(formData, schema))}
        onBlur={() => setLeft(local.filter(({ kind }) => kind !== 'required'))}
        disabled={disabled}
        extraErrors={extraErrors}
        noValidate
        showErrorList={false}
        noHtml5Validate
        experimental_defaultFormStateBehavior={defaults}
      >
        {/* The page has the button. */}
        <span hidden />
      </Form>
    </div>
  );
}

const uiSchema = { 'ui:submitButtonOptions': { norender: true } };
/** An optional object that nobody touched is not sent, and not begun by the name of its choice. */
const defaults = { emptyObjectFields: 'skipEmptyDefaults', constAsDefaults: 'skipOneOf' } as const;
