import { type CompiledCode, taskScheme } from '@ratchet/runner/protocol';
import { type BuildFailure, type BuildOptions, build, type Metafile, transform } from 'esbuild';
import { LRUCache } from 'lru-cache';
import { CompileError, fromMessages } from './compile-error.ts';
import type { TaskCode } from './sandbox.ts';
import { declaresMain, isLoneFunction } from './script-shape.ts';
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

/** A file that is one function without a name is no script, but its value is plain: that function. */
const compileAnonymous = async (code: TaskCode, text: string): Promise<Compiled | null> => {
  try {
    const stripped = await strip(code, inBrackets(text));
    return isLoneFunction(stripped.source) ? asScript(code, stripped) : null;
  } catch {
    return null; // Not a function either: the error of the first attempt is the one to report.
  }
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
      return (await bundle(code, text, 'esm').catch(fail)).compiled;
    }
    return (await compileAnonymous(code, text)) ?? fail(error);
  }
  const { entry, compiled } = made;
  const stripped = await strip(code, text).catch(fail);
  const joined = entry !== undefined && (entry.format === 'esm' || entry.imports.length > 0);
  if (!joined) {
    if (!isLoneFunction(stripped.source)) return asScript(code, stripped);
    return (await compileAnonymous(code, text)) ?? asScript(code, stripped);
  }
  const unsaid = declaresMain(stripped.source);
  if (unsaid === null) return compiled;
  // A bundle hides the file's own names, so a main that it declares and does not export is handed over here.
  const handOver = unsaid === 'esm' ? 'export { main };' : 'if (!module.exports.main) module.exports.main = main;';
  return (await bundle(code, `${text}\n;${handOver}`, 'cjs').catch(fail)).compiled;
};

/** Compiles tasks and remembers what it made, by the code's key. Rejects with CompileError for what the author got wrong. */
export const createCompiler = (limits: { readonly entries: number; readonly bytes: number }) => {
  const cache = new LRUCache<string, Promise<Compiled>>({ max: limits.entries });
  return (code: TaskCode): Promise<Compiled> => {
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
};
