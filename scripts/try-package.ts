import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createClient } from '../packages/client/src/create-client.ts';

/*
 * Makes the package, installs it into an empty folder as anybody would, and uses it: a version, a task out of a folder in
 * the sandbox, a server with its page, a task on it, a backup. Every part that is read from a file beside the bundle is
 * reached. It takes a minute and a half, most of it npm's, and is no part of the tests for that.
 */
const folder = mkdtempSync(join(tmpdir(), 'ratchet-try-'));
// A machine's own npm runs on the Node that comes first; so do programs that it installed.
const environment = {
  ...process.env,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`,
  HOME: folder,
  RATCHET_DATA_DIR: join(folder, 'data'),
};
for (const name of ['RATCHET_SERVER_URL', 'RATCHET_TOKEN', 'DATABASE_URL', 'RATCHET_CONFIG'])
  delete (environment as NodeJS.ProcessEnv)[name];
const installed = join(folder, 'empty');
const program = join(installed, 'node_modules/.bin/ratchet');
let server = null as ChildProcess | null;

function step<T>(what: string, work: () => T): T {
  const since = performance.now();
  const done = work();
  process.stdout.write(`${what} (${((performance.now() - since) / 1000).toFixed(1)} s)\n`);
  return done;
}
const run = (...args: string[]) => execFileSync(program, args, { cwd: installed, env: environment, encoding: 'utf8' });
function expect(what: string, holds: boolean, saw: unknown): void {
  if (!holds) throw new Error(`${what} does not hold: ${JSON.stringify(saw).slice(0, 2000)}`);
}

async function serve(): Promise<string> {
  server = spawn(program, ['start', '--port', '0', '--log-level', 'error'], {
    cwd: installed,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const chunk of server.stdout ?? []) {
    said += String(chunk);
    const address = /http:\/\/\S+:\d+/.exec(said)?.[0];
    if (address) return address;
  }
  throw new Error(`The server ended: ${said}`);
}

const text = async (url: string): Promise<string> => {
  const response = await fetch(url, { headers: { accept: 'text/html, */*' } });
  expect(`${url} answers`, response.ok, response.status);
  return response.text();
};

try {
  const made = step('npm run pack', () =>
    execFileSync(process.execPath, [join(import.meta.dirname, 'pack.ts'), folder], { encoding: 'utf8' }),
  );
  process.stdout.write(made);
  mkdirSync(installed);
  writeFileSync(join(installed, 'package.json'), '{"private":true}\n');
  const archive = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
  step('npm install', () =>
    execFileSync('npm', ['install', '--no-audit', '--no-fund', archive], {
      cwd: installed,
      env: environment,
      stdio: 'inherit',
    }),
  );

  const version = step('ratchet --version', () => run('--version'));
  expect('the version is said', /^\d+\.\d+\.\d+\n$/.test(version), version);
  const examples = join(installed, 'node_modules/ratchet/examples/tasks');
  const ran = step('ratchet run', () =>
    run('run', join(examples, 'csv-to-json'), '--input', JSON.stringify({ csv: 'a,b\n1,2' })),
  );
  expect('the example runs in the sandbox', ran.includes('"a"'), ran);

  const since = performance.now();
  const address = await serve();
  process.stdout.write(`ratchet start (${((performance.now() - since) / 1000).toFixed(1)} s)\n`);
  expect('it is ready', (await text(`${address}/ready`)).includes('ok'), null);
  const page = await text(`${address}/`);
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1];
  expect('the page loads its program', script !== undefined && (await text(address + script)).length > 10_000, page);
  const here = ['--server', address];
  const tasks = JSON.parse(run(...here, '--json', 'task', 'list')) as { items: { id: string; name: string }[] };
  expect('the examples are on the server', tasks.items.length > 3, tasks);
  const csv = tasks.items.find(({ name }) => /csv/i.test(name));
  const onServer = step('ratchet run, on the server', () =>
    run(...here, 'run', csv?.id ?? '', '--input', JSON.stringify({ csv: 'a,b\n1,2' })),
  );
  expect('the same comes out there', onServer === ran, { onServer, ran });
  const guide = createClient({ baseUrl: address }).guides.walkthrough({ topic: 'first_task' });
  expect('guides are there', (await guide).text.length > 100, await guide);
  expect('templates are there', run(...here, 'template', 'list').includes('data_transform'), null);
  run(...here, 'backup', join(folder, 'backup.zip'));
  const stopped = new Promise((resolve) => server?.once('exit', resolve));
  server?.kill('SIGTERM');
  await stopped;
  server = null;
  const restored = run('restore', join(folder, 'backup.zip'), '--data-dir', join(folder, 'restored'));
  expect('a backup is restored', restored.startsWith('Restored'), restored);

  const old = ['/usr/bin/node', '/usr/local/bin/node'].find(
    (path) => existsSync(path) && Number(/\d+/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' }))?.[0]) < 24,
  );
  if (old === undefined) process.stdout.write('There is no older Node here: what it would say was not tried.\n');
  else {
    const bin = join(installed, 'node_modules/ratchet/bin/ratchet.cjs');
    const { status, stderr } = runOld(old, bin);
    expect('an older Node is told what to do', status === 2 && stderr.includes('npm install node@24'), stderr);
    process.stdout.write('An older Node is told what to do.\n');
  }
  process.stdout.write('The package works.\n');
} finally {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

function runOld(node: string, bin: string): { status: number; stderr: string } {
  try {
    execFileSync(node, [bin, '--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return { status: 0, stderr: '' };
  } catch (error) {
    return error as { status: number; stderr: string };
  }
}
