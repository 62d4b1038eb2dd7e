import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { afterAll, describe, expect, it } from 'vitest';
import { registerWeb } from '../src/http/register-web.ts';

describe('the web page', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-web-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'assets/app-1.js'), 'let app;');
  const app = Fastify();
  app.get('/api/v1/health', async () => 'well');
  await registerWeb(app, { folder });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });
  const get = (url: string, accept: string) => app.inject({ url, headers: { accept } });

  it('says that it is being built until it is there', async () => {
    const early = await get('/tasks', 'text/html');
    expect(early.statusCode).toBe(503);
    expect(early.headers['retry-after']).toBe('2');
    expect(early.body).toContain('being built');
    writeFileSync(join(folder, 'index.html'), '<title>Ratchet</title>');
    expect((await get('/tasks', 'text/html')).statusCode).toBe(200);
  });

  it.each([
    ['/', 'text/html,*/*;q=0.8', 200],
    ['/', '*/*', 200],
    ['/tasks/greet?tab=runs', 'text/html', 200],
    // A program that mistook an address is told so.
    ['/tasks/greet', 'application/json', 404],
    ['/tasks/greet', '*/*', 404],
    ['/api/v2/tasks', 'text/html', 404],
    ['/assets/app-1.js', '*/*', 200],
    ['/assets/app-2.js', 'text/html', 404],
    ['/assets/..%2findex.html', 'text/html', 404],
  ])('%s for who accepts %s: %i', async (url, accept, status) => {
    expect((await get(url, accept)).statusCode).toBe(status);
  });

  it('is asked for anew, and its parts are kept', async () => {
    expect((await get('/', 'text/html')).headers['cache-control']).toBe('no-cache');
    expect((await get('/assets/app-1.js', '*/*')).headers['cache-control']).toContain('immutable');
  });
});
