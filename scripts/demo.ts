import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@ratchet/client/create-client';

/** Plays the main job against a fresh server of its own, prints what happened, and exits 0 only if each step held. */
const folder = mkdtempSync(join(tmpdir(), 'ratchet-demo-'));
const dataDir = join(folder, 'data');
const clone = join(folder, 'colleague');
const environment = {
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  HOME: folder,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A colleague',
  GIT_AUTHOR_EMAIL: 'colleague@example.org',
  GIT_COMMITTER_NAME: 'A colleague',
  GIT_COMMITTER_EMAIL: 'colleague@example.org',
};
const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: clone, env: environment, encoding: 'utf8' });

let steps = 0;
const step = (title: string): void => {
  process.stdout.write(`\n${++steps}. ${title}\n`);
};
const say = (text: string): void => {
  process.stdout.write(`${text.replace(/^/gm, '   ').trimEnd()}\n`);
};
/** What must hold: the demonstration ends where it does not. */
function hold(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`This did not hold: ${what}`);
  say(`✓ ${what}`);
}

async function start(): Promise<{ server: ChildProcess; address: string }> {
  const cli = join(import.meta.dirname, '../apps/cli/src/main.ts');
  const server = spawn(process.execPath, [cli, 'start', '--port', '0', '--data-dir', dataDir, '--log-level', 'warn'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: environment.PATH, HOME: folder },
  });
  let printed = '';
  for await (const chunk of server.stdout) {
    printed += String(chunk);
    const address = printed.match(/http:\/\/\S+:\d+/)?.[0];
    if (address) return { server, address };
  }
  throw new Error('The server did not start.');
}

/** Lets a colleague change a file upstream, with plain git. */
function upstream(path: string, change: (text: string) => string, message: string): void {
  git('pull', '-q', '--ff-only', 'origin', 'main');
  const file = join(clone, path);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  git('commit', '-qam', message);
  git('push', '-q', 'origin', 'main');
  say(`a colleague commits "${message}"`);
}

async function play(client: Client): Promise<void> {
  step('Pull: the example tasks come from a Git repository');
  const [repository] = (await client.repositories.list({ filters: [{ field: 'name', value: 'examples' }] })).items;
  hold(repository, 'the repository "examples" is there');
  const list = await client.tasks.list({ limit: 100 });
  say(list.items.map((task) => `${task.name} ${task.version}`).join(', '));
  hold(list.meta.total >= 10, `${list.meta.total} tasks were pulled`);
  const nothing = await client.repositories.sync({ id: repository.id });
  hold(nothing.message === 'Nothing changed.', `a second sync finds nothing, in ${Math.round(nothing.durationMs)} ms`);
  const task = list.items.find((item) => item.name === 'csv-to-json');
  hold(task, 'the task "csv-to-json" is among them');
  const { id } = task;

  step('Run: in the sandbox, through the queue');
  const ran = await client.tasks.run({ id, input: { csv: 'name,age\nAda,36\n' }, wait: true });
  say(JSON.stringify(ran.output));
  hold(ran.status === 'completed', `it completed in ${Math.round(ran.durationMs ?? 0)} ms`);
  hold(JSON.stringify(ran.output).includes('"name":"Ada"'), 'the output is the row');
  const typescript = list.items.find((item) => item.name === 'text-statistics');
  const counted = await client.tasks.run({ id: typescript?.id ?? '', input: { text: 'One. Two words.' }, wait: true });
  hold(
    counted.status === 'completed' && JSON.stringify(counted.output).includes('"words":3'),
    'a TypeScript task of two files runs too',
  );
  const refused = await client.tasks.run({ id, input: {}, wait: true }).catch((error) => error);
  hold(refused.code === 'VALIDATION_FAILED', `an input without csv is refused: ${refused.message}`);

  step('Edit and push: one line through the API, one line upstream');
  const before = await client.tasks.get({ id });
  const edited = before.sourceCode.replace('The delimiter cannot be', 'A delimiter cannot be');
  const changed = await client.tasks.updateSource({
    id,
    sourceCode: edited,
    expectedRevision: before.revision,
    changeDescription: 'Say "a"',
  });
  hold(changed.needsPush, `revision ${changed.revision} is ahead of the repository`);
  const stale = await client.tasks
    .updateSource({ id, sourceCode: 'lost?', expectedRevision: before.revision })
    .catch((error) => error);
  hold(stale.code === 'REVISION_MISMATCH', 'an edit of the old revision is refused, and nothing is lost');
  const pushed = await client.tasks.push({ id });
  hold(pushed.success, `pushed as ${pushed.commitHash?.slice(0, 10)}`);
  execFileSync('git', ['clone', '-q', join(dataDir, 'repositories/examples.git'), clone], { env: environment });
  say(git('show', '--format=%an: %s', '--stat', 'HEAD'));
  say(git('show', '--format=', '-U0', 'HEAD'));
  hold(
    git('show', '--format=', '--numstat', 'HEAD').trim() === '1\t1\tcsv-to-json/main.js',
    'the upstream commit is that one line',
  );
  hold((await client.repositories.plan({ id: repository.id })).actions.length === 0, 'the next sync plans nothing');

  step('Pull back: a change made upstream arrives');
  upstream(
    'csv-to-json/metadata.json',
    (text) => text.replace('"version": "1.0.0"', '"version": "1.1.0"'),
    'Version 1.1.0',
  );
  const arrived = await client.repositories.sync({ id: repository.id });
  hold(arrived.tasksUpdated === 1, `sync: ${arrived.message}`);
  hold((await client.tasks.get({ id })).version === '1.1.0', 'the task is version 1.1.0 here too');

  step('Merge: both sides change different fields of one file');
  await client.tasks.update({ id, description: 'Turns CSV into JSON.' });
  upstream(
    'csv-to-json/metadata.json',
    (text) => text.replace('"version": "1.1.0"', '"version": "1.2.0"'),
    'Version 1.2.0',
  );
  const merged = await client.repositories.sync({ id: repository.id });
  hold(merged.tasksMerged === 1 && merged.conflicts.length === 0, `sync: ${merged.message}`);
  const both = await client.tasks.get({ id });
  hold(both.version === '1.2.0' && both.description === 'Turns CSV into JSON.', 'both values are here');
  hold((await client.tasks.push({ id })).success, 'and pushed');
  git('pull', '-q', '--ff-only', 'origin', 'main');
  const metadata = readFileSync(join(clone, 'csv-to-json/metadata.json'), 'utf8');
  hold(metadata.includes('"1.2.0"') && metadata.includes('Turns CSV into JSON.'), 'both values are upstream');

  step('Conflict: both sides change the same line, and a person decides');
  const line = /const columns = .*;/;
  const here = both.sourceCode.replace(
    line,
    'const columns = head.fields.map(({ text }) => text.trim().toLowerCase());',
  );
  await client.tasks.updateSource({ id, sourceCode: here });
  upstream(
    'csv-to-json/main.js',
    (text) => text.replace(line, 'const columns = head.fields.map(({ text }) => text.trim().normalize());'),
    'Normalise columns',
  );
  const clashed = await client.repositories.sync({ id: repository.id });
  const [conflict] = clashed.conflicts;
  hold(conflict, `sync: ${clashed.message}`);
  const hunk = conflict.files[0]?.hunks[0];
  say(
    `base:   ${String(hunk?.base).trim()}\nlocal:  ${String(hunk?.local).trim()}\nremote: ${String(hunk?.remote).trim()}`,
  );
  hold((await client.tasks.get({ id })).sourceCode === here, 'the edit made here is untouched');
  hold(!(await client.tasks.push({ id })).success, 'nothing is pushed over the colleague’s change');
  const resolved = await client.conflicts.resolve({
    id: conflict.id,
    resolution: 'merge',
    choices: { 'main.js': { [hunk?.id ?? '']: 'remote' } },
  });
  hold(resolved.status === 'resolved', 'resolved, hunk by hunk: the remote line');
  await client.repositories.push({ id: repository.id });
  hold((await client.repositories.plan({ id: repository.id })).actions.length === 0, 'both sides are in step again');
  const history = await client.tasks.history({ id });
  say(
    history.items
      .map((v) => `revision ${v.revision}: ${v.changeDescription ?? v.changeSource} (${v.changedBy})`)
      .join('\n'),
  );
}

let server: ChildProcess | null = null;
try {
  process.stdout.write('Ratchet, step by step, against a fresh server.\n');
  const started = await start();
  server = started.server;
  say(`serves at ${started.address}`);
  await play(createClient({ baseUrl: started.address }));
  process.stdout.write('\nEverything held.\n');
} catch (error) {
  process.stdout.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  if (server && server.exitCode === null) {
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}
