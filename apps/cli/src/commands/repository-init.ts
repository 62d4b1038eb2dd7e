import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { contextOf, type Io } from '../context.ts';
import { example } from '../example.ts';
import { exitCodes, Failed } from '../exit.ts';
import { writeBelow } from '../local-files.ts';

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** A task that works, to begin from. */
const files = [
  {
    path: 'README.md',
    content: `# Tasks

Each folder with a \`metadata.json\` is a task: its code, its schemas, its tests. Try one without a server:

    ratchet test ./hello
    ratchet run ./hello --input '{"name": "world"}'
`,
  },
  {
    path: 'hello/metadata.json',
    content: json({ name: 'Hello', version: '1.0.0', description: 'Greets somebody' }),
  },
  {
    path: 'hello/input.schema.json',
    content: json({ type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }),
  },
  {
    path: 'hello/output.schema.json',
    content: json({ type: 'object', properties: { greeting: { type: 'string' } }, required: ['greeting'] }),
  },
  {
    path: 'hello/main.js',
    content: 'export default async (input) => ({ greeting: "Hello, " + input.name + "!" });\n',
  },
  {
    path: 'hello/tests/world.json',
    content: '{\n  "input": { "name": "world" },\n  "expected": { "greeting": "Hello, world!" }\n}\n',
  },
];

export function repositoryInitCommand(repo: Command, io: Io): void {
  example(
    repo
      .command('init <folder>')
      .description('Make a folder that can be a repository, with a task to begin from.')
      .option('--git', 'as a Git repository, with a first commit on the branch main')
      .option('--register <name>', 'register it on the server under this name, and take its task over')
      .action(async (folder: string, options: { git?: boolean; register?: string }, command: Command) => {
        const { client, out } = contextOf(command, io);
        const root = resolve(folder);
        if (existsSync(root) && readdirSync(root).length > 0)
          throw new Failed(`${root} is not empty. Name a folder that is, or is not there yet.`, exitCodes.usage);
        const written = writeBelow(root, files, false);
        if (options.git) firstCommit(root);
        let repository = null;
        if (options.register !== undefined) {
          repository = await client.repositories.create({
            name: options.register,
            uri: root,
            repositoryType: options.git ? 'git' : 'filesystem',
            ...(options.git ? { branch: 'main' } : {}),
          });
          await client.repositories.sync({ id: repository.id });
        }
        if (out.json) return out.line(JSON.stringify({ folder: root, files: written, repository }, null, 2));
        out.line(`Made ${root} with a task: ratchet test ${JSON.stringify(`${root}/hello`)}`);
        if (repository) out.line(`Registered as ${repository.name}: ratchet task list --repository ${repository.name}`);
        else out.line(`Next: ratchet repo add ${JSON.stringify(basename(root))} ${JSON.stringify(root)}`);
      }),
    'repo init ./tasks --git --register tasks',
  );
}

/** By whoever Git says they are; by Ratchet where it does not know. */
function firstCommit(root: string): void {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    git('init', '--quiet', '--initial-branch=main');
    git('add', '--all');
    try {
      git('commit', '--quiet', '--message=Begin with a task');
    } catch {
      const author = ['-c', 'user.name=Ratchet', '-c', 'user.email=ratchet@localhost'];
      git(...author, 'commit', '--quiet', '--message=Begin with a task');
    }
  } catch (error) {
    const said = String((error as { stderr?: unknown }).stderr ?? '').trim();
    throw new Failed(`The files are in ${root}, but Git failed: ${said || (error as Error).message}`);
  }
}
