import { createHash } from 'node:crypto';
import { chmodSync, globSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/*
 * Builds the web application into `dist`, compressed besides, and notes what it was made of. With `--if-changed` nothing is
 * done where `dist` is of these sources already.
 */
const here = import.meta.dirname;
const workspace = join(here, '..', '..');
const dist = join(here, 'dist');
const mark = 'made-of.txt';

function sources(): string {
  const files = [
    ...globSync(['src/**/*', 'public/**/*', 'index.html', '*.ts', 'package.json'], { cwd: here }).map((f) =>
      join(here, f),
    ),
    ...globSync(['packages/{contract,client}/src/**/*.ts', 'docs/reference/configuration.md'], { cwd: workspace }).map(
      (f) => join(workspace, f),
    ),
  ].filter((file) => /\.\w+$/.test(file));
  const hash = createHash('sha256');
  for (const file of files.sort())
    hash
      .update(`${relative(workspace, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

function made(): string | null {
  try {
    return readFileSync(join(dist, mark), 'utf8');
  } catch {
    return null;
  }
}

function compress(folder: string): void {
  for (const file of globSync('assets/*.{js,css,svg}', { cwd: folder }).map((f) => join(folder, f))) {
    const bytes = readFileSync(file);
    if (bytes.length < 1024) continue;
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

const present = sources();
if (!process.argv.includes('--if-changed') || made() !== present) {
  // Whatever the one who builds works as: libraries have other code for development, slower and larger.
  process.env.NODE_ENV = 'production';
  // Loaded here: to see that nothing has changed takes no builder.
  const { build } = await import('vite');
  // Beside it, so that a server goes on with what is there until the new one is whole; two builds do not meet.
  const next = mkdtempSync(join(here, '.dist-'));
  try {
    await build({ root: here, configFile: join(here, 'vite.config.ts'), logLevel: 'warn', build: { outDir: next } });
    compress(next);
    writeFileSync(join(next, mark), present);
    chmodSync(next, 0o755);
    rmSync(dist, { recursive: true, force: true });
    renameSync(next, dist);
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}
