import { posix } from 'node:path';
import type { Loader, Plugin } from 'esbuild';
import { importErrorMark } from './compile-error.ts';
import type { TaskCode } from './sandbox.ts';

const loaders: Readonly<Record<string, Loader>> = {
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.json': 'json',
  '.txt': 'text',
  '.md': 'text',
};
const guesses = ['', '.ts', '.js', '.mts', '.mjs', '.cts', '.cjs', '.json', '/index.ts', '/index.js'];

export const loaderOf = (path: string, code: TaskCode): Loader =>
  loaders[posix.extname(path)] ?? (code.sourceType === 'typescript' ? 'ts' : 'js');

/** The file that a relative specifier means, by Node's and TypeScript's rules of naming; null when the task has none. */
const resolve = (specifier: string, importer: string, files: TaskCode['files']): string | null => {
  const wanted = posix.join(posix.dirname(importer), specifier);
  if (wanted.startsWith('..')) return null;
  const twin = wanted.replace(/\.([cm]?)js$/, '.$1ts');
  return [...guesses.map((ending) => wanted + ending), twin].find((path) => files.has(path)) ?? null;
};

/** Lets esbuild read a task's own files, and nothing else: no disk, no packages, no modules of Node. */
export const taskFiles = (code: TaskCode, entryText: string): Plugin => ({
  name: importErrorMark,
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point') return { path: code.entry, namespace: 'task' };
      if (!/^\.{1,2}(\/|$)/.test(path)) {
        const text = `Cannot import ${JSON.stringify(path)}: a task can import its own files with a relative path (./name.js) and nothing else.`;
        return { errors: [{ text }] };
      }
      const found = resolve(path, importer, code.files);
      if (found !== null) return { path: found, namespace: 'task' };
      const names = [...code.files.keys()].filter((name) => posix.extname(name) in loaders && name !== code.entry);
      const has = names.length === 0 ? 'the task has no other files' : `the task has ${names.slice(0, 10).join(', ')}`;
      return { errors: [{ text: `Cannot find ${JSON.stringify(path)}, imported by ${importer}: ${has}.` }] };
    });
    build.onLoad({ filter: /.*/, namespace: 'task' }, ({ path }) => ({
      contents: path === code.entry ? entryText : (code.files.get(path) ?? ''),
      loader: loaderOf(path, code),
    }));
  },
});
