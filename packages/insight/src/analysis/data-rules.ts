import { valueAt } from '@ratchet/contract/value-at';
import { type Failure, place, type Rule } from './facts.ts';

interface Issue {
  readonly path: string;
  readonly message: string;
  readonly given?: string;
}

const issuesOf = ({ error }: Failure): Issue[] =>
  Array.isArray(error.details)
    ? error.details.filter(
        (one): one is { path: string; message: string } =>
          typeof one === 'object' && one !== null && 'path' in one && 'message' in one && typeof one.path === 'string',
      )
    : [];

const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
};

/** Input or output that its schema does not take. */
export const unfit: Rule = (failure) => {
  const { error, execution } = failure;
  const which = /^The (input|output) does not fit/.exec(error.message)?.[1];
  if (error.class !== 'ValidationError' || which === undefined) return null;
  const issues = issuesOf(failure);
  const named = (path: string): string => `${which}${path === '' ? '' : `.${path}`}`;
  const unusable = issues.find(({ message }) => message.includes('schema cannot be used'));
  if (unusable !== undefined)
    return {
      category: which,
      likelyCause: `The ${which} schema itself is wrong: ${unusable.message}.`,
      suggestions: [`Correct ${which}.schema.json; "validate" shows what is wrong with it.`],
    };
  const told = issues.slice(0, 3).map((issue) => {
    const given = which === 'input' ? shown(valueAt(execution.input, issue.path)) : (issue.given ?? 'something else');
    return `${named(issue.path)} ${issue.message}, and was given ${given}`;
  });
  const [first] = issues;
  const missing = first?.message === 'is required';
  const path = named(first?.path ?? '');
  return {
    category: which,
    likelyCause: `The ${which} does not fit the schema: ${told.join('; ')}.`,
    suggestions:
      which === 'input'
        ? [
            missing ? `Give ${path} in the input.` : `Correct ${path} in the input.`,
            'If the input is right, the schema asks for too much: change input.schema.json.',
          ]
        : [
            missing
              ? `Have the code answer ${path} always, also when it has nothing to say.`
              : `Correct what the code answers as ${path}.`,
            'If the answer is right, change output.schema.json.',
            ...(/must be (null|string|number|object|array)/.test(first?.message ?? '') && first?.given === 'null'
              ? [`If ${path} may be empty, let the schema take null as well.`]
              : []),
          ],
  };
};

/** A secret that the task has not got. */
export const withoutSecret: Rule = (failure) => {
  const { error, line } = failure;
  const missing = /^(?:SecretMissing|MissingSecret|SecretNotFound)/.test(error.class);
  const read = /context\.secrets\.(\w+)|secrets\[['"](\w+)['"]\]/.exec(line ?? '');
  const empty = error.class === 'TypeError' && /of undefined|undefined/.test(error.message) && read !== null;
  if (!missing && !empty) return null;
  const name = /["'`](\w+)["'`]/.exec(missing ? error.message : '')?.[1] ?? read?.[1] ?? read?.[2] ?? 'it needs';
  return {
    category: 'secret',
    likelyCause: `The task has not been given the secret ${name}.`,
    suggestions: [
      `Grant it: POST /secrets with this name, or PATCH /secrets/{id} with the task in taskIds.`,
      `See that the code reads it by the name it was stored under${place(failure)}.`,
    ],
  };
};

/** Text that was taken for JSON and is not. */
export const notJson: Rule = (failure) => {
  const { error, lastRequest } = failure;
  // What the compiler found has a file and no stack.
  const compiling = error.stack === null && error.file !== null;
  if (error.class !== 'SyntaxError' || compiling || !/JSON/.test(error.message)) return null;
  const html = /<!DOCTYPE|<html|'<'/i.test(error.message);
  const empty = /end of JSON input/.test(error.message);
  const from =
    lastRequest === null
      ? ''
      : `, most likely the answer of ${lastRequest.method} ${lastRequest.url} (${lastRequest.status})`;
  const what = html ? 'a page of HTML' : empty ? 'empty or cut off' : 'no JSON';
  return {
    category: 'data',
    likelyCause: `A text that is ${what} was read as JSON${place(failure)}${from}.`,
    suggestions: [
      ...(html ? ['Check the address: a page in place of data is often a login, an error, or the wrong path.'] : []),
      'Look at response.ok and the content-type before reading an answer as JSON.',
      ...(empty ? ['An answer of status 204 has no body: do not read it.'] : []),
      'Log the first characters of the text to see what it is.',
    ],
  };
};
