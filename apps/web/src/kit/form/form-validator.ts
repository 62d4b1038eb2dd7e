import {
  type CustomValidator,
  createErrorHandler,
  type ErrorTransformer,
  type RJSFSchema,
  type RJSFValidationError,
  toErrorSchema,
  type UiSchema,
  unwrapErrorHandler,
  type ValidationData,
  type ValidatorType,
  validationDataMerge,
} from '@rjsf/utils';
import { checkSchema } from './schema-check.ts';
import type { SchemaIssue } from './schema-issue.ts';

/** A path as rjsf reads it: `.a['b.c'].0`. */
const accessor = (path: SchemaIssue['path']): string =>
  path.map((part) => (/^[\w$-]+$/.test(String(part)) ? `.${part}` : `['${part}']`)).join('');

const toError = ({ path, keyword, message }: SchemaIssue): RJSFValidationError => ({
  name: keyword,
  property: accessor(path),
  message,
  params: {},
  stack: `${path.join('.')} ${message}`.trim(),
});

/** What rjsf asks of a validator, without compiling a schema to code. */
export const formValidator: ValidatorType = {
  validateFormData(
    formData: unknown,
    schema: RJSFSchema,
    customValidate?: CustomValidator,
    transformErrors?: ErrorTransformer,
    uiSchema?: UiSchema,
  ): ValidationData<unknown> {
    const found = checkSchema(formData, schema).map(toError);
    const errors = transformErrors === undefined ? found : transformErrors(found, uiSchema);
    const data: ValidationData<unknown> = { errors, errorSchema: toErrorSchema(errors) };
    if (customValidate === undefined) return data;
    const handler = customValidate(formData, createErrorHandler(formData), uiSchema, data.errorSchema);
    return validationDataMerge(data, unwrapErrorHandler(handler));
  },
  isValid: (schema: RJSFSchema, formData: unknown, rootSchema: RJSFSchema): boolean =>
    checkSchema(formData, schema, rootSchema).length === 0,
  // biome-ignore lint/suspicious/noExplicitAny: the interface leaves the shape of raw errors to its caller
  rawValidation: <Result = any>(schema: RJSFSchema, formData?: unknown) => ({
    errors: checkSchema(formData, schema) as Result[],
  }),
};
