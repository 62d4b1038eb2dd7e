import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { processEnvironment } from './process-environment.ts';

const main = join(import.meta.dirname, '../src/main.ts');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command in a process of its own, with `folder` as its home and where it stands. */
export const runCommand = (
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> =>
  new Promise((resolve) => {
    const options = { cwd: folder, env: { ...processEnvironment(folder), ...environment } };
    const child = execFile(process.execPath, [main, ...args], options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
