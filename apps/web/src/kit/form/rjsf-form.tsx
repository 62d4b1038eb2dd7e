import type FormClass from '@rjsf/core';
import { Form } from '@rjsf/mantine';
import type { RJSFSchema } from '@rjsf/utils';
import { useEffect, useId, useMemo, useRef } from 'react';
import { errorSchemaOf, type FieldIssue } from './field-errors.ts';
import { formValidator } from './form-validator.ts';

interface RjsfFormProps {
  schema: object;
  value: unknown;
  onChange: (value: unknown) => void;
  disabled?: boolean;
  /** What the server says of the value. */
  answered: readonly FieldIssue[];
  /** Grows when everything that is wrong is to be shown. */
  showAll: number;
}

/** The form itself, in a file of its own so that it is loaded only where one is shown. */
export default function RjsfForm({ schema, value, onChange, disabled, answered, showAll }: RjsfFormProps) {
  const form = useRef<FormClass>(null);
  const id = useId();
  const extraErrors = useMemo(() => errorSchemaOf(answered), [answered]);
  useEffect(() => {
    if (showAll > 0) form.current?.validateForm();
  }, [showAll]);
  return (
    <Form
      ref={form}
      tagName="div"
      idPrefix={id}
      schema={schema as RJSFSchema}
      uiSchema={uiSchema}
      formData={value}
      validator={formValidator}
      onChange={({ formData }) => onChange(formData)}
      disabled={disabled}
      extraErrors={extraErrors}
      liveValidate="onBlur"
      showErrorList={false}
      focusOnFirstError
      noHtml5Validate
      experimental_defaultFormStateBehavior={defaults}
    >
      {/* The page has the button. */}
      <span hidden />
    </Form>
  );
}

const uiSchema = { 'ui:submitButtonOptions': { norender: true } };
/** An optional object that nobody touched is not sent. */
const defaults = { emptyObjectFields: 'skipEmptyDefaults' } as const;
