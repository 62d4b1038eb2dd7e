import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operations } from '@ratchet/contract/operations/table';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { executionsScenario } from './rest-scenario/executions.ts';
import { openApiProxy } from './rest-scenario/open-api-proxy.ts';
import { peopleScenario } from './rest-scenario/people.ts';
import { repositoriesScenario } from './rest-scenario/repositories.ts';
import { scenarioAt } from './rest-scenario/scenario.ts';
import { settingsScenario } from './rest-scenario/settings.ts';
import { specsScenario } from './rest-scenario/specs.ts';
import { tasksScenario } from './rest-scenario/tasks.ts';
import { type SignedInServer, signedInServer } from './signed-in-server.ts';

/** Never end, which the proxy waits for; they are tried without it elsewhere. */
const endless = operations
  .filter(({ name }) => name.endsWith('.watch') || name === 'specs.events')
  .map(({ name }) => name);

// The proxy takes its time over a document of this size, on a busy machine minutes.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let server: SignedInServer;
let proxy: Awaited<ReturnType<typeof openApiProxy>>;
let folder: string;
let token: string;
let scenario: ReturnType<typeof scenarioAt>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-scenario-'));
  server = await signedInServer({
    FILE_WATCHER_ENABLED: 'false',
    RATCHET_AUTH_REGISTRATION: 'true',
    RATCHET_SECURITY_ALLOWED_ROOTS: folder,
  });
  proxy = await openApiProxy(server.address(), folder);
  token = (await server.login()).body.accessToken;
  scenario = scenarioAt(proxy.url, folder, { server: server.address(), token });
});
afterAll(async () => {
  await proxy?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  ['tasks', tasksScenario],
  ['repositories', repositoriesScenario],
  ['specs', specsScenario],
  ['executions', executionsScenario],
  ['settings', settingsScenario],
  ['people', peopleScenario],
])('%s: every request and answer is as the document says', async (_, play) => {
  try {
    await play(scenario.at);
  } finally {
    expect(scenario.heard.violations).toEqual([]);
  }
});
it('a violation is one: the proxy looks', async () => {
  const { at, heard } = scenarioAt(proxy.url, folder, { server: server.address(), token });
  await at.ask('POST', '/api/v1/tasks', { sourceCode: 1 }).catch(() => undefined);
  expect(heard.violations).toHaveLength(1);
});
it('every operation was answered', () => {
  const missing = operations.map(({ name }) => name).filter((name) => !scenario.heard.answered.has(name));
  expect(missing.sort()).toEqual([...endless].sort());
});
it('no ETag stood for two different bodies', () => {
  expect(scenario.heard.sameTagOtherBody).toEqual([]);
});
