import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The runner as JavaScript, file by file and each line as it was: some of its functions are given to tasks as text, which a
 * bundler would change; and the process may read nothing beside its own folder.
 */
export function stripRunner(workspace: string, target: string): void {
  const from = join(workspace, 'packages/runner');
  for (const path of globSync('src/**/*.ts', { cwd: from })) {
    const text = stripTypeScriptTypes(readFileSync(join(from, path), 'utf8'));
    const to = join(target, 'packages/runner', path.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, text.replace(/(from |import )'(\.[^']+)\.ts'/g, "$1'$2.js'"));
  }
  // It tells what the files are without a look at the package's own manifest, which the runner may not read.
  writeFileSync(join(target, 'packages/runner/package.json'), `${JSON.stringify({ type: 'module' })}\n`);
}
