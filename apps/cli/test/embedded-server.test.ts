import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';
import { serve } from './server-process.ts';

let folder: string;
/** Nobody listens there. */
let port: string;
beforeAll(async () => {
  const listener = createServer();
  await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', resolve));
  port = String((listener.address() as AddressInfo).port);
  await new Promise((resolve) => listener.close(resolve));
  folder = mkdtempSync(join(tmpdir(), 'ratchet-embedded-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const alone = () => ({ RATCHET_SERVER_PORT: port, RATCHET_DATA_DIR: join(folder, 'data') });
const ratchet = (...args: string[]) => runCommand(folder, args, alone());

it('a command that finds no server starts one inside itself, and what it did stays', async () => {
  const made = await ratchet('task', 'create', 'kept', '--source', '(input) => input.n + 1');
  expect([made.code, made.stderr]).toEqual([0, expect.stringMatching(/^No server answers: one is started .*\n$/)]);
  const ran = await ratchet('--json', 'run', 'kept', '--input', '{"n": 1}');
  expect(JSON.parse(ran.stdout)).toMatchObject({ status: 'completed', output: 2 });
  expect((await ratchet('task', 'show', 'kpet')).stderr).toContain('Did you mean "kept"?');
}, 180_000);

it('what is asked about a server starts none', async () => {
  expect(await ratchet('server', 'status')).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('ratchet serve'),
  });
  expect(await ratchet('health')).toMatchObject({ code: 4 });
}, 120_000);

it('says why the one inside did not start', async () => {
  const server = await serve(folder);
  try {
    const refused = await ratchet('task', 'list');
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringMatching(/did not start: .*in use by process \d+/) });
  } finally {
    await server.kill('SIGTERM');
  }
  writeFileSync(join(folder, 'bad.yaml'), 'server:\n  prot: 1\n');
  const bad = await ratchet('--config', 'bad.yaml', 'task', 'list');
  expect(bad).toMatchObject({ code: 4, stderr: expect.stringMatching(/did not start: .*server\.prot/) });
}, 180_000);
