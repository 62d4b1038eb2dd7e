import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, served } from '../served.ts';

const suite = join(import.meta.dirname, '../../../../node_modules/@modelcontextprotocol/conformance/dist/index.js');

interface Check {
  readonly id: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
}

let server: Served;
let folder: string;
beforeAll(async () => {
  server = await served({ RATCHET_MCP_FIXTURES: 'true' });
  folder = mkdtempSync(join(tmpdir(), 'ratchet-conformance-'));
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the suite against the server; answers how it ended, what it said, and every check of every scenario. */
async function run(...options: string[]) {
  const results = mkdtempSync(join(folder, 'results-'));
  const child = spawn(
    process.execPath,
    [suite, 'server', '--url', `${server.address}/mcp`, '-o', results, ...options],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [said, complaints, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const scenarios = new Map(
    readdirSync(results).map((name): [string, Check[]] => [
      name.replace(/^server-(.+)-\d{4}-\d\d-\d\dT.*$/, '$1'),
      JSON.parse(readFileSync(join(results, name, 'checks.json'), 'utf8')) as Check[],
    ]),
  );
  return { code, said: `${said}${complaints}`, scenarios };
}

const count = (scenarios: ReadonlyMap<string, readonly Check[]>, status: Check['status']): number =>
  [...scenarios.values()].flat().filter((check) => check.status === status).length;

describe.each([
  { version: '2025-11-25', excused: ['server-sse-polling'], atLeast: 80 },
  { version: '2026-07-28', excused: ['http-custom-header-server-validation'], atLeast: 140 },
])('the protocol’s conformance suite, $version', ({ version, excused, atLeast }) => {
  it('passes, but for what is not offered', { timeout: 180_000 }, async () => {
    const expected = join(import.meta.dirname, `conformance-${version}.yml`);
    const { code, said, scenarios } = await run(
      '--suite',
      'all',
      '--spec-version',
      version,
      '--expected-failures',
      expected,
    );
    const [passed, failed] = [count(scenarios, 'SUCCESS'), count(scenarios, 'FAILURE')];
    console.log(`MCP conformance ${version}: ${scenarios.size} scenarios, ${passed} checks passed, ${failed} failed.`);
    expect(code, said.slice(-4000)).toBe(0);
    const failing = [...scenarios].filter(([, checks]) =>
      checks.some(({ status }) => status === 'FAILURE' || status === 'WARNING'),
    );
    expect(failing.map(([name]) => name)).toEqual(excused);
    expect(passed).toBeGreaterThanOrEqual(atLeast);
  });

  it('has nothing to complain of in what the version requires', { timeout: 180_000 }, async () => {
    const { code, said, scenarios } = await run('--requirements', version);
    expect(code, said.slice(-4000)).toBe(0);
    expect(said).toMatch(/=== SUMMARY ===/);
    expect(scenarios.size).toBeGreaterThan(30);
  });
});
