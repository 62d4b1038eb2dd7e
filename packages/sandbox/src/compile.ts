import { type CompiledCode, taskScheme } from '@ratchet/runner/protocol';
import { type BuildFailure, type BuildOptions, build, type Metafile, transform } from 'esbuild';
import { LRUCache } from 'lru-cache';
import { CompileError, fromMessages, importErrorMark } from './compile-error.ts';
import type { TaskCode } from './sandbox.ts';
import { completionAt, declaresMain, isLoneFunction } from './script-shape.ts';
import { loaderOf, taskFiles } from './task-files.ts';

/** Code that a runner takes, and what maps its positions back to the author's files. */
export interface Compiled extends CompiledCode {
  /** A source map as JSON; null when the code runs as it was written. */
  readonly map: string | null;
  /** The lines of the author's script that runs as it is; later ones are ours. Null with a map. */
  readonly lines: number | null;
}

const fail = (error: unknown): never => {
  const { errors } = error as Partial<BuildFailure>;
  throw Array.isArray(errors) ? fromMessages(errors) : error;
};

/** Names a path in a stack frame so that spaces and brackets in it do not end the name. */
export const frameName = (path: string): string =>
  taskScheme + encodeURI(path).replace(/[():]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);

const bundleFrame = `${taskScheme}%3Cbundle%3E`;

const bundle = async (code: TaskCode, entryText: string, format: 'cjs' | 'esm') => {
  const wrapped = format === 'cjs';
  const options = {
    entryPoints: [code.entry],
    bundle: true,
    write: false,
    metafile: true,
    outfile: 'task.js',
    format,
    platform: 'neutral',
    target: 'esnext',
    charset: 'utf8',
    sourcemap: 'external',
    sourcesContent: false,
    treeShaking: false,
    logLevel: 'silent',
    logOverride: { 'empty-import-meta': 'silent' },
    tsconfigRaw: '{}',
    plugins: [taskFiles(code, entryText)],
    ...(wrapped
      ? {
          banner: { js: '(() => { const module = { exports: {} }; let exports = module.exports;' },
          footer: { js: 'return module.exports; })()' },
        }
      : {}),
  } satisfies BuildOptions;
  const made = await build(options);
  const text = (ending: string): string => made.outputFiles.find((file) => file.path.endsWith(ending))?.text ?? '';
  const source = text('.js');
  const compiled: Compiled = {
    kind: wrapped ? 'module' : 'esm',
    source,
    filename: bundleFrame,
    map: text('.map'),
    lines: null,
  };
  return { compiled, entry: entryInput(made.metafile, code.entry) };
};

const entryInput = (metafile: Metafile, entry: string) => metafile.inputs[`task:${entry}`];

/** Strips types; a file of JavaScript stays byte for byte what it was. */
const strip = async (code: TaskCode, text: string): Promise<{ source: string; map: string | null }> => {
  const loader = loaderOf(code.entry, code);
  if (loader === 'js') return { source: text, map: null };
  const made = await transform(text, {
    loader,
    target: 'esnext',
    charset: 'utf8',
    sourcemap: 'external',
    sourcesContent: false,
    sourcefile: `task:${code.entry}`,
    treeShaking: false,
    tsconfigRaw: '{}',
    logLevel: 'silent',
  });
  return { source: made.code, map: made.map };
};

const asScript = (code: TaskCode, { source, map }: { source: string; map: string | null }): Compiled => ({
  kind: 'script',
  source,
  filename: frameName(code.entry),
  map,
  lines: map === null ? source.split('\n').length : null,
});

const inBrackets = (text: string): string => `(${text.replace(/[\s;]+$/, '')}\n)`;

/** A file that is one function, with a name or without: its value is plain, and it may import files of the task. */
const compileLone = async (code: TaskCode, text: string): Promise<Compiled | null> => {
  const stripped = await strip(code, inBrackets(text)).catch(() => null);
  // Not a function either: the error of the first attempt is the one to report.
  if (stripped === null || !isLoneFunction(stripped.source)) return null;
  const { compiled, entry } = await bundle(code, `module.exports = ${inBrackets(text)}`, 'cjs').catch(fail);
  return (entry?.imports.length ?? 0) > 0 ? { ...compiled, classic: true } : asScript(code, stripped);
};

/** A file with await at its top is a module, though it may only declare its main. */
const compileAwaiting = async (code: TaskCode, text: string): Promise<Compiled> => {
  const { source } = await strip(code, text).catch(fail);
  const handOver = declaresMain(source) === null ? '' : '\n;export { main };';
  return (await bundle(code, text + handOver, 'esm').catch(fail)).compiled;
};

const compileFresh = async (code: TaskCode): Promise<Compiled> => {
  const text = code.files.get(code.entry)?.replace(/^\ufeff/, '');
  if (text === undefined) {
    const message = `The task has no file ${JSON.stringify(code.entry)} to start from.`;
    throw new CompileError({ class: 'ConfigurationError', message, stack: null, file: code.entry, line: null });
  }
  let made: Awaited<ReturnType<typeof bundle>>;
  try {
    made = await bundle(code, text, 'cjs');
  } catch (error) {
    const { errors } = error as Partial<BuildFailure>;
    if (errors?.some((found) => found.text.startsWith('Top-level await'))) {
      return compileAwaiting(code, text);
    }
    // An import that cannot be had is the fault to report, whatever the file is otherwise.
    if (errors?.some((found) => found.pluginName === importErrorMark)) return fail(error);
    // To the engine that is an error only of the run that comes there.
    if (
      errors?.every((found) => found.text.startsWith('Cannot assign to')) &&
      !/\b(import|export|require)\b/.test(text)
    )
      return asScript(code, await strip(code, text).catch(fail));
    return (await compileLone(code, text)) ?? fail(error);
  }
  const { entry } = made;
  const classic = entry?.format !== 'esm';
  const compiled: Compiled = classic ? { ...made.compiled, classic } : made.compiled;
  const stripped = await strip(code, text).catch(fail);
  const joined = entry !== undefined && (entry.format === 'esm' || entry.imports.length > 0);
  if (isLoneFunction(stripped.source)) return (await compileLone(code, text)) ?? asScript(code, stripped);
  if (!joined) return asScript(code, stripped);
  const unsaid = declaresMain(stripped.source);
  const at = unsaid === null && classic && stripped.map === null ? completionAt(text) : null;
  if (at !== null) {
    const handed = `${text.slice(0, at)}module.exports = ${text.slice(at)}`;
    return { ...(await bundle(code, handed, 'cjs').catch(fail)).compiled, classic };
  }
  if (unsaid === null) return compiled;
  // A bundle hides the file's own names, so a main that it declares and does not export is handed over here.
  const handOver = unsaid === 'esm' ? 'export { main };' : 'if (!module.exports.main) module.exports.main = main;';
  const handed = (await bundle(code, `${text}\n;${handOver}`, 'cjs').catch(fail)).compiled;
  return classic ? { ...handed, classic } : handed;
};

/** Compiles tasks and remembers what it made, by the code's key. Rejects with CompileError for what the author got wrong. */
export const createCompiler = (limits: { readonly entries: number; readonly bytes: number }) => {
  const cache = new LRUCache<string, Promise<Compiled>>({ max: limits.entries });
  const compile = (code: TaskCode): Promise<Compiled> => {
    let size = 0;
    for (const text of code.files.values()) size += text.length;
    const held = cache.get(code.key);
    if (held !== undefined) return held;
    if (size > limits.bytes) {
      const message = `The task's files have ${size} characters together; the limit is ${limits.bytes}.`;
      return Promise.reject(
        new CompileError({ class: 'ConfigurationError', message, stack: null, file: null, line: null }),
      );
    }
    const made = compileFresh(code);
    cache.set(code.key, made);
    // What was not the author's doing may go better the next time.
    made.catch((error) => {
      if (!(error instanceof CompileError)) cache.delete(code.key);
    });
    return made;
  };
  /** Whether the code of a key is held, so that it need not be compiled. */
  return Object.assign(compile, { holds: (key: string): boolean => cache.has(key) });
};
