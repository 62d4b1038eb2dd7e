import { type Issue, SchemaError, type SchemaValidator } from './json-schema.ts';
import { faultOf } from './task-tests.ts';
import { readTestFile, type TaskTest, TestFileError, unknownFields } from './test-file.ts';

/** Something about a test file that should be looked at. */
export interface TestFinding {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export interface TestsToCheck {
  readonly testFiles: readonly { readonly path: string; readonly text: string }[];
  /** Null: any value. */
  readonly inputSchema: unknown;
  readonly outputSchema: unknown;
  readonly validator: SchemaValidator;
}

/** Looks at tests without running them. */
export function checkTests({ testFiles, inputSchema, outputSchema, validator }: TestsToCheck): TestFinding[] {
  const found: TestFinding[] = [];
  for (const { path, text } of testFiles) {
    const add = (code: string, message: string) => found.push({ path, code, message });
    let tests: TaskTest[];
    try {
      tests = readTestFile(path, text);
    } catch (error) {
      if (!(error instanceof TestFileError)) throw error;
      add('bad_test', error.message);
      continue;
    }
    for (const field of unknownFields(text))
      add('unknown_test_field', `${JSON.stringify(field)} is no field of a test.`);
    for (const test of tests)
      for (const [code, message] of faultsOf(test, { inputSchema, outputSchema, validator }))
        add(code, `${JSON.stringify(test.name)}: ${message}`);
  }
  return found;
}

function* faultsOf(
  test: TaskTest,
  { inputSchema, outputSchema, validator }: Omit<TestsToCheck, 'testFiles'>,
): Iterable<[code: string, message: string]> {
  const fault = faultOf(test);
  if (fault !== null) yield ['bad_assertion', fault];
  if (test.expected === undefined && !test.shouldFail && test.assertions.length === 0)
    yield ['nothing_expected', 'it expects nothing, so it passes whatever comes out. Add expected, or assertions.'];
  if (test.shouldFail && (test.expected !== undefined || test.assertions.length > 0))
    yield ['two_expectations', 'it expects a failure and an output; only the failure counts.'];
  const input = test.shouldFail ? '' : against(validator, inputSchema, test.input);
  if (input !== '') yield ['test_input', `its input does not fit the input schema: ${input}.`];
  const output = test.expected === undefined ? '' : against(validator, outputSchema, test.expected.output);
  if (output !== '') yield ['test_expected', `what it expects does not fit the output schema: ${output}.`];
  for (const { url } of test.mocks)
    if (!url.includes('*') && URL.parse(url) === null)
      yield ['mock_url', `the url of a mock is the whole address, or holds a *; ${JSON.stringify(url)} is neither.`];
}

/** A schema that cannot be used is a problem of its own. */
function against(validator: SchemaValidator, schema: unknown, value: unknown): string {
  if (schema === null || schema === undefined) return '';
  try {
    return validator.validate(schema, value).map(said).join('; ');
  } catch (error) {
    if (error instanceof SchemaError) return '';
    throw error;
  }
}

const said = ({ path, message }: Issue): string => (path === '' ? message : `${path} ${message}`);
