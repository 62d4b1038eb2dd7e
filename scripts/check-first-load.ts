import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

/*
 * Holds what a browser loads before the first page is there (the scripts and styles that index.html names, and what those
 * import at once) against a limit, compressed. The editor comes on demand.
 */
const limit = 300_000;
const onDemand = /\/node_modules\/(@codemirror|@lezer|recharts)\//;

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
  readonly isEntry?: boolean;
}
type Manifest = Readonly<Record<string, Chunk>>;

/** A chunk's files, and those of every chunk that it cannot run without. */
function filesWith(manifest: Manifest, name: string, seen = new Set<string>()): string[] {
  const chunk = manifest[name];
  if (!chunk || seen.has(name)) return [];
  seen.add(name);
  return [
    chunk.file,
    ...(chunk.css ?? []),
    ...(chunk.imports ?? []).flatMap((each) => filesWith(manifest, each, seen)),
  ];
}

/** What the page itself names. */
function namedIn(html: string): string[] {
  const tags = html.match(/<(script|link)\b[^>]*>/g) ?? [];
  return tags.flatMap((tag) => /\b(?:src|href)="\/(assets\/[^"]+)"/.exec(tag)?.[1] ?? []);
}

/** The sources a script was made of, as its source map says. The bundler's own few lines have none. */
function sourcesOf(file: string): string[] {
  if (/\/rolldown-runtime-[^/]+$/.test(file)) return [];
  if (!existsSync(`${file}.map`)) throw new Error(`${file} has no source map: what is in it cannot be seen.`);
  return JSON.parse(readFileSync(`${file}.map`, 'utf8')).sources;
}

const { values } = parseArgs({ options: { dist: { type: 'string' } } });
const dist = values.dist ?? join(dirname(import.meta.dirname), 'apps/web/dist');
const manifest: Manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
const entries = Object.keys(manifest).filter((name) => manifest[name]?.isEntry);
const files = new Set([
  ...namedIn(readFileSync(join(dist, 'index.html'), 'utf8')),
  ...entries.flatMap((name) => filesWith(manifest, name)),
]);
const scripts = [...files].filter((file) => file.endsWith('.js'));
if (scripts.length === 0) throw new Error('The page names no script: the check has looked in the wrong place.');

const compressed = (file: string): number => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;
const sizes = [...files].map((file): [string, number] => [file, compressed(file)]).sort((a, b) => b[1] - a[1]);
const total = sizes.reduce((sum, [, size]) => sum + size, 0);
for (const [file, size] of sizes) console.log(`${String(size).padStart(9)} ${file}`);
console.log(`${String(total).padStart(9)} bytes compressed at the first load, of at most ${limit}.`);

const early = scripts.flatMap((file) => sourcesOf(join(dist, file)).filter((source) => onDemand.test(source)));
if (early.length > 0)
  console.error(`Loaded at once though it should come on demand: ${early.slice(0, 10).join(', ')} (${early.length})`);
if (total >= limit) console.error('Too much. Load on demand what the first page does not need.');
process.exitCode = total < limit && early.length === 0 ? 0 : 1;
