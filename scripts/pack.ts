import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleCommand } from './pack/bundle.ts';
import { packageManifest } from './pack/manifest.ts';
import { writeShrinkwrap } from './pack/shrinkwrap.ts';
import { stripRunner } from './pack/strip-runner.ts';

/*
 * Makes ratchet-<version>.tgz, which `npm install ./ratchet-<version>.tgz` or `npx` installs: the command bundled, the runner,
 * the page as it was built, and the files that they read, at the places where they stand in the workspace. The argument is
 * the folder it goes to; the workspace's without.
 */
const workspace = dirname(import.meta.dirname);
const destination = process.argv[2] ?? workspace;

/** Files that are read while it runs. */
const carried = [
  'packages/store/migrations/*.sql',
  'packages/store/migrations/meta/_journal.json',
  'packages/operations/src/guides/*.md',
  'packages/repositories/templates/**/*',
  'docs/guide/*.md',
  'docs/reference/ratchet.schema.json',
  'examples/tasks/**/*',
  'apps/web/dist/**/*',
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
];

const target = mkdtempSync(join(tmpdir(), 'ratchet-package-'));
try {
  execFileSync(process.execPath, [join(workspace, 'apps/web/build.ts'), '--if-changed'], { stdio: 'inherit' });
  const { libraries } = await bundleCommand(workspace, target);
  stripRunner(workspace, target);
  for (const path of globSync(carried, { cwd: workspace, exclude: ['**/*.map'] })) {
    const from = join(workspace, path);
    if (!statSync(from).isFile()) continue;
    const to = join(target, path);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to);
  }
  mkdirSync(join(target, 'bin'));
  cpSync(join(import.meta.dirname, 'pack/ratchet.cjs'), join(target, 'bin/ratchet.cjs'));
  chmodSync(join(target, 'bin/ratchet.cjs'), 0o755);
  const manifest = packageManifest(workspace, [...libraries, 'isolated-vm']);
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeShrinkwrap(workspace, target);
  const said = execFileSync('npm', ['pack', '--json', '--ignore-scripts'], { cwd: target, encoding: 'utf8' });
  const answer = JSON.parse(said) as { filename: string }[] | Record<string, { filename: string }>;
  const [made] = Object.values(answer) as {
    filename: string;
    size: number;
    unpackedSize: number;
    entryCount: number;
  }[];
  if (!made) throw new Error(`npm pack said nothing of what it made: ${said}`);
  mkdirSync(destination, { recursive: true });
  const file = join(destination, made.filename);
  cpSync(join(target, made.filename), `${file}.part`);
  renameSync(`${file}.part`, file);
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  process.stdout.write(
    `${file}\n${mb(made.size)}, unpacked ${mb(made.unpackedSize)}, ${made.entryCount} files, ${Object.keys(manifest.dependencies).length} dependencies\n`,
  );
} finally {
  rmSync(target, { recursive: true, force: true });
}
