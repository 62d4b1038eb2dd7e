import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Entries = Record<string, { link?: boolean; dev?: boolean; devOptional?: boolean }>;

/**
 * Writes npm-shrinkwrap.json beside the package's manifest, from the workspace's lockfile: what is installed is what was
 * tested, down to the last library. npm leaves out what the package does not need.
 */
export function writeShrinkwrap(workspace: string, target: string): void {
  const { packages } = JSON.parse(readFileSync(join(workspace, 'package-lock.json'), 'utf8')) as { packages: Entries };
  const manifest = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as Record<string, unknown>;
  const { name, version } = manifest;
  const kept: Entries = { '': manifest as Entries[string] };
  for (const [path, { dev: _, devOptional: __, ...entry }] of Object.entries(packages))
    if (path.startsWith('node_modules/') && !entry.link) kept[path] = entry;
  const lock = join(target, 'package-lock.json');
  writeFileSync(lock, JSON.stringify({ name, version, lockfileVersion: 3, requires: true, packages: kept }));
  const options = ['--package-lock-only', '--ignore-scripts', '--prefer-offline', '--omit-lockfile-registry-resolved'];
  execFileSync('npm', ['install', ...options, '--no-audit', '--no-fund'], {
    cwd: target,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  renameSync(lock, join(target, 'npm-shrinkwrap.json'));
}
