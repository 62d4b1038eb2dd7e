import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';

const env = { PATH: process.env.PATH, HOME: process.env.HOME ?? tmpdir(), DEBIAN_FRONTEND: 'noninteractive' };

const answers = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore', env }).status === 0;

/** Whether a program to measure against is there; installed with apt-get where it is missing and this user may. */
export function hasProgram(command: string, versionArgument: string, aptPackage: string): boolean {
  if (answers(command, versionArgument)) return true;
  if (process.getuid?.() !== 0 || !answers('apt-get', '--version')) return false;
  console.error(`Installing ${aptPackage} with apt-get.`);
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', aptPackage],
  ])
    spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  return answers(command, versionArgument);
}

/** Milliseconds that a program took; throws, with its last words, when it did not succeed. */
export function timeOf(command: string, args: readonly string[], home: string, cwd = home): number {
  const started = performance.now();
  const { status, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const took = performance.now() - started;
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${error?.message ?? stderr.slice(-500)}`);
  return took;
}
