import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const hardLimit = 500;
const softLimit = 300;

/** A file's leading comments, empty when it begins with code. */
const header = (text: string): string =>
  /^(#![^\n]*\n)?(\s*(\/\*[\s\S]*?\*\/|\/\/[^\n]*(\n|$)))*/.exec(text)?.[0] ?? '';

/** Counts the lines of every TypeScript file. Over the hard limit a file says "Long because …" in its leading comment. */
function checkSizes(root: string): { sizes: [path: string, lines: number][]; tooLong: string[] } {
  const paths = globSync(['{packages,apps,bench,scripts}/**/*.{ts,tsx}', '*.ts'], {
    cwd: root,
    exclude: (path) => path.split('/').includes('node_modules'),
  });
  const texts = paths.map((path): [string, string] => [path, readFileSync(join(root, path), 'utf8')]);
  const sizes = texts.map(([path, text]): [string, number] => [path, text.replace(/\n$/, '').split('\n').length]);
  const long = new Set(sizes.filter(([, lines]) => lines > hardLimit).map(([path]) => path));
  return {
    sizes: sizes.sort((a, b) => b[1] - a[1]),
    tooLong: texts
      .filter(([path, text]) => long.has(path) && !/Long because \S/.test(header(text)))
      .map(([path]) => path),
  };
}

const { sizes, tooLong } = checkSizes(dirname(import.meta.dirname));
if (sizes.length === 0) throw new Error('No TypeScript file was found: the check has looked in the wrong place.');
const median = sizes[Math.floor(sizes.length / 2)]?.[1];
const long = sizes.filter(([, lines]) => lines > softLimit);
console.log(`${sizes.length} files, median ${median} lines, ${long.length} over ${softLimit}, limit ${hardLimit}.`);
for (const [path, lines] of long) console.log(`  ${lines} ${path}`);
for (const path of tooLong)
  console.error(`${path}: over ${hardLimit} lines. Divide it, or say "Long because …" in its leading comment.`);
process.exitCode = tooLong.length === 0 ? 0 : 1;
