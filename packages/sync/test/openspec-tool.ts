import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Where OpenSpec's own code stands: its parts are not exported, and what counts is what they do. */
const root = new URL('.', import.meta.resolve('@fission-ai/openspec'));

const load = (path: string): Promise<unknown> => import(new URL(path, root).href);

interface TaskProgress {
  parseTaskLines(content: string): { done: boolean; description: string }[];
}

/** The function that `openspec list` counts tasks with. */
export const { parseTaskLines } = (await load('utils/task-progress.js')) as TaskProgress;

export interface ToolIssue {
  readonly level: 'ERROR' | 'WARNING' | 'INFO';
  readonly path: string;
  readonly message: string;
  readonly line?: number;
}

/** Runs `openspec` in a folder. */
export async function openspec(
  folder: string,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const program = fileURLToPath(new URL('../bin/openspec.js', root));
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    XDG_DATA_HOME: `${folder}/.none`,
    OPENSPEC_TELEMETRY: '0',
    TZ: 'UTC',
  };
  try {
    const done = await promisify(execFile)(process.execPath, [program, ...args], {
      cwd: folder,
      env,
      maxBuffer: 1 << 28,
    });
    return { code: 0, ...done };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    if (typeof code !== 'number') throw error;
    return { code, stdout, stderr };
  }
}

interface ToolArchive {
  execute(change: string, options: { yes: true; json: true; skipSpecs: boolean; noValidate: boolean }): Promise<void>;
}

const { ArchiveCommand } = (await load('core/archive.js')) as { ArchiveCommand: new () => ToolArchive };

/** Does `openspec archive -y` in a folder, here in this process as a process each takes long. Answers what it printed. */
export async function archive(
  folder: string,
  change: string,
  { skipSpecs = false, noValidate = false }: { skipSpecs?: boolean | undefined; noValidate?: boolean | undefined } = {},
): Promise<string> {
  const before = { folder: process.cwd(), code: process.exitCode, log: console.log };
  const said: string[] = [];
  console.log = (...parts: unknown[]) => void said.push(parts.join(' '));
  process.chdir(folder);
  try {
    await new ArchiveCommand().execute(change, { yes: true, json: true, skipSpecs, noValidate });
  } finally {
    process.chdir(before.folder);
    process.exitCode = before.code;
    console.log = before.log;
  }
  return said.join('\n');
}
