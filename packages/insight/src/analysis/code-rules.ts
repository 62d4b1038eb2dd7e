import { expressionBefore } from './expression-before.ts';
import { type Failure, type Finding, place, type Rule } from './facts.ts';

const code = (likelyCause: string, suggestions: readonly string[], category = 'code'): Finding => ({
  category,
  likelyCause,
  suggestions,
});

/** Names of other runtimes that a task looks for in vain, and what to use. */
const elsewhere: Readonly<Record<string, string>> = {
  require: 'Use import with a relative path: a task can import its own files and nothing else.',
  process: 'There is no process here: pass what it needs as input, or as a secret (context.secrets).',
  Buffer: 'There is no Buffer here: use Uint8Array, TextEncoder, atob and btoa.',
  __dirname: 'A task has no file system: import its own files with a relative path.',
  fs: 'A task has no file system: import its own files, or fetch what it needs.',
  window: 'This is no browser: the globals are listed in the guide to writing a task.',
  document: 'This is no browser: there is no document.',
  localStorage: 'A task keeps nothing between runs: answer what is to be kept.',
  axios: 'There are no packages here: use fetch.',
  XMLHttpRequest: 'Use fetch.',
  WebAssembly: 'WebAssembly is not available in the sandbox.',
  SharedArrayBuffer: 'Shared memory is not available in the sandbox.',
};

type Reading = (found: RegExpExecArray, failure: Failure) => Finding;

const readings: readonly (readonly [RegExp, Reading])[] = [
  [
    /^Cannot (read|set) properties of (undefined|null) \((?:reading|setting) '(.*)'\)$/,
    ([, verb = 'read', what = '', member = ''], failure) => {
      const name = expressionBefore(failure.line, member, failure.column);
      const holder = name ?? `what ${member} is ${verb === 'read' ? 'read of' : 'set on'}`;
      const optional = name === null ? `?.${member}` : `${name}?.${member}`;
      const input = name !== null && /^(?:input|context)\b/.test(name);
      return code(`${holder} is ${what}${place(failure)}, so it has no member ${member}.`, [
        input
          ? `Require it in input.schema.json, so that an input without ${name} is refused before the code runs.`
          : `See where ${holder} gets its value: what it comes from did not have it.`,
        verb === 'read'
          ? `Where it may be missing, write ${optional}, or check it first.`
          : `Give ${holder} a value before.`,
      ]);
    },
  ],
  [
    /^(.+) is not a function(?: or its return value is not iterable)?$/,
    ([, name = ''], failure) => {
      const [holder = name, ...rest] = name.split(/\.(?=[^.]*$)/);
      const method = rest.join('');
      return code(`${name} is called${place(failure)} and is no function.`, [
        method === ''
          ? `See what ${name} is: it may be missing from an import, or hidden by a variable of the same name.`
          : `See what ${holder} is there: it may be of another kind than the code expects (an object in place of a list, a promise that was not awaited).`,
        `Check the spelling${method === '' ? '' : ` of ${method}`}.`,
      ]);
    },
  ],
  [
    /^(?:Can't find variable: )?(.+?) is not defined$/,
    ([, name = ''], failure) => {
      const known = Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined;
      if (known !== undefined)
        return code(`The code uses ${name}${place(failure)}, which the sandbox does not have.`, [known]);
      const near = nearest(name, failure);
      return code(`The code uses ${name}${place(failure)}, which is nowhere declared.`, [
        ...(near === null ? [] : [`Did it mean ${near}?`]),
        `Declare ${name}, import it from another file of the task, or take it from the input.`,
      ]);
    },
  ],
  [
    /^(.+?) is not (?:async )?iterable/,
    ([, name = ''], failure) =>
      code(`${name} is gone through as a list${place(failure)}, and is none.`, [
        `See what ${name} is there: undefined, an object, or a promise that was not awaited.`,
        'Use Object.entries to go through an object, and ?? [] where it may be missing.',
      ]),
  ],
  [
    /^Assignment to constant variable/,
    (_found, failure) => code(`A const is given another value${place(failure)}.`, ['Declare it with let.']),
  ],
  [
    /^Maximum call stack size exceeded/,
    (_found, failure) =>
      code(`A function calls itself without end${place(failure)}.`, [
        'See that the recursion has a case in which it stops, and that it is reached.',
        'Turn a very deep recursion into a loop.',
      ]),
  ],
  [
    /^Invalid time value/,
    (_found, failure) =>
      code(
        `A date that is none is written as text${place(failure)}.`,
        ['Check with Number.isNaN(date.getTime()) before, and look at the text that it was made of.'],
        'data',
      ),
  ],
  [
    /^Invalid URL|is not a valid (?:URL|address)|cannot be parsed as a URL/i,
    (_found, failure) =>
      code(
        `An address that is none is used${place(failure)}.`,
        [
          'See what the address is put together of: a part may be missing, or the https:// at its beginning.',
          ...(/input/.test(failure.line ?? '') ? ['Have the input schema check it: "format": "uri".'] : []),
        ],
        'data',
      ),
  ],
  [
    /^Cannot convert undefined or null to object|^Cannot destructure property '(.*?)' of '(.*?)' as it is (undefined|null)/,
    ([, member, name, what], failure) =>
      name === undefined
        ? code(`Object.keys, entries, values or assign is given nothing${place(failure)}.`, [
            'Use ?? {} where it may be missing.',
          ])
        : code(`${name} is ${what}${place(failure)}, so ${member} cannot be taken out of it.`, [
            `See where ${name} gets its value.`,
            `Where it may be missing, write = {} after it, or ${name} ?? {}.`,
          ]),
  ],
  [
    /^Cannot access '(.*)' before initialization/,
    ([, name = ''], failure) =>
      code(`${name} is used${place(failure)} before the line that declares it.`, [
        `Move the declaration of ${name} up.`,
      ]),
  ],
];

/** The declared name that is closest to one that is not; null where none is close. */
function nearest(name: string, { files }: Failure): string | null {
  const names = new Set(
    [...files.values()].flatMap((text) =>
      [...text.matchAll(/\b(?:const|let|var|function|class|import)\s+\{?\s*([A-Za-z_$][\w$]*)/g)].map(
        (found) => found[1] ?? '',
      ),
    ),
  );
  for (const common of ['input', 'context', 'console', 'fetch', 'Math', 'JSON', 'Object', 'Array', 'Promise', 'Date'])
    names.add(common);
  let best: { name: string; off: number } | null = null;
  for (const known of names) {
    const off = distance(name.toLowerCase(), known.toLowerCase(), 2);
    if (known !== name && off <= (name.length < 4 ? 1 : 2) && (best === null || off < best.off))
      best = { name: known, off };
  }
  return best?.name ?? null;
}

/** Letters that differ between two words; more than `most` counts as `most + 1`. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[b.length] ?? most + 1;
}

/** Code that does not even load. */
export const unloadable: Rule = (failure) => {
  const { error } = failure;
  if (error.class === 'ImportError')
    return code(
      `An import${place(failure)} names something that a task cannot import: ${error.message}`,
      [
        'Import files of the task with a relative path (./name.js). There are no packages; copy what is needed into the task.',
      ],
      'import',
    );
  if (error.class === 'SyntaxError')
    return code(
      `The code cannot be read${place(failure)}: ${error.message}.`,
      [
        `Correct the line${place(failure)}; a bracket or quote before it may be left open.`,
        'Run "validate" before saving: it shows such faults without running anything.',
      ],
      'syntax',
    );
  if (error.class === 'ConfigurationError')
    return code(
      error.message,
      [
        /entry point/.test(error.message)
          ? 'Export a default function: export default async (input, context) => { … }.'
          : 'Correct what the message names.',
      ],
      'configuration',
    );
  if (error.class === 'TASK_INVALID' || error.class === 'TASK_DISABLED' || error.class === 'NOT_FOUND')
    return code(
      error.message,
      [
        error.class === 'TASK_DISABLED'
          ? 'Enable the task: POST /tasks/{id}/enable.'
          : error.class === 'NOT_FOUND'
            ? 'The task was deleted: restore it with POST /tasks/{id}/restore.'
            : 'Correct the task; "validate" shows what is wrong with it.',
      ],
      'configuration',
    );
  return null;
};

/** What the engine says of code that runs. */
export const faulty: Rule = (failure) => {
  for (const [pattern, read] of readings) {
    const found = pattern.exec(failure.error.message);
    if (found !== null) return read(found, failure);
  }
  return null;
};

/** Errors that the code threw itself. */
export const thrown: Rule = (failure) => {
  const { error, currentRevision, execution } = failure;
  const newer = currentRevision !== null && currentRevision > execution.taskRevision;
  const name = error.class === 'Error' ? 'an error' : error.class;
  return code(
    `The code threw ${name}${place(failure)}: ${error.message || 'without a message'}`,
    [
      ...(failure.lastRequest !== null &&
      (failure.lastRequest.error !== null || (failure.lastRequest.status ?? 0) >= 400)
        ? [
            `Look at its last request, ${failure.lastRequest.method} ${failure.lastRequest.url}: ${failure.lastRequest.error ?? `it was answered ${failure.lastRequest.status}`}.`,
          ]
        : []),
      error.line === null
        ? 'Throw errors (new Error("…")) and not other values: they carry the line they come from.'
        : `See what leads to the line${place(failure)}.`,
      ...(newer
        ? [`The task has changed since (revision ${currentRevision}): run it again with the code as it is now.`]
        : []),
      'Debug it: a breakpoint at that line shows the values.',
    ],
    error.class === 'Error' ? 'code' : 'task',
  );
};
