import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '@ratchet/access/credentials';
import type { RepositoryRow } from '@ratchet/store/queries/repositories';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gitHubAppTokens } from '../src/github-app-token.ts';
import { checkPlace, openRemote } from '../src/open-remote.ts';
import { outgoing } from '../src/outgoing.ts';
import { checkServerPath, openFolders, serverPlaces } from '../src/server-places.ts';
import { settingsOf } from '../src/settings.ts';
import { load } from './configuration/load.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-places-'));
  for (const name of [
    'roots/a',
    'elsewhere',
    'roots-beside',
    ...openFolders.map((each) => `data/${each}`),
    'data/mirrors',
  ])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'elsewhere', 'x.zip'), '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const settings = (mode: 'password' | 'none', roots: readonly string[] | null) =>
  settingsOf(
    load(
      JSON.stringify({
        database: { data_dir: join(folder, 'data') },
        auth: { mode },
        security: { allowed_roots: roots },
      }),
    ),
  );
const places = (mode: 'password' | 'none' = 'password', roots: readonly string[] | null = [join(folder, 'roots')]) =>
  serverPlaces(settings(mode, roots));
const judged = (found: ReturnType<typeof places>, path: string) => found.judge(join(folder, path)).refusal;

describe('paths that people may name', () => {
  it('lie below the roots, also where nothing is yet', () => {
    for (const path of ['roots', 'roots/a', 'roots/new/one']) expect(judged(places(), path)).toBeNull();
    for (const path of ['elsewhere', 'roots-beside', 'elsewhere/new', ''])
      expect(judged(places(), path)).not.toBeNull();
  });
  it('are told apart after every link was followed', () => {
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'roots', 'link'));
    symlinkSync(join(folder, 'roots', 'link'), join(folder, 'roots', 'far'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'roots', 'dangling'));
    symlinkSync('circle', join(folder, 'roots', 'circle'));
    symlinkSync(join(folder, 'roots', 'a'), join(folder, 'elsewhere', 'in'));
    for (const path of [
      'roots/link',
      'roots/link/new',
      'roots/far',
      'roots/dangling',
      'roots/dangling/x',
      'roots/circle/x',
    ])
      expect(judged(places(), path), path).not.toBeNull();
    expect(judged(places(), 'elsewhere/in')).toBeNull();
    expect(checkServerPath(places())(join(folder, 'elsewhere', 'in'))).toBe(join(folder, 'roots', 'a'));
  });
  it.each(['roots/../elsewhere', 'roots/a/../../elsewhere', 'roots/..'])('do not lead up: %s', (path) => {
    expect(places().judge(`${folder}/${path}`)).toEqual({ refusal: 'must not lead up with "..".' });
  });
  it.each(['roots/a', './roots', '', '/x\n', '/x\0'])('are absolute and one line: %j', (path) => {
    expect(places().judge(path).refusal).toMatch(/absolute path|one line/);
  });
  it('are the open folders of the data folder where no roots are named and people sign in', () => {
    const usual = places('password', null);
    for (const name of openFolders) expect(judged(usual, `data/${name}/x`)).toBeNull();
    for (const path of ['data', 'data/mirrors', 'data/keys.json', 'roots', 'data/new'])
      expect(judged(usual, path)).not.toBeNull();
  });
  it('are any but the server’s own where nobody signs in', () => {
    const any = places('none', null);
    for (const path of ['roots', 'elsewhere', 'data/repositories/x']) expect(judged(any, path)).toBeNull();
    for (const path of ['data', 'data/mirrors', '']) expect(judged(any, path)).toMatch(/own data folder/);
  });
  it('are never the server’s own, whatever the roots', () => {
    expect(judged(places('password', [folder]), 'data/keys.json')).toMatch(/own data folder/);
    expect(judged(places('password', ['/']), '')).toMatch(/own data folder/);
  });
});

describe('repositories', () => {
  it.each([
    ['filesystem', 'elsewhere'],
    ['zip', 'elsewhere/x.zip'],
    ['git', 'elsewhere'],
    ['git', 'file:///elsewhere'],
    ['git', 'file:///%65lsewhere'],
    ['git', 'file:///data/mirrors'],
  ] as const)('of type %s are not taken at %s', (repositoryType, path) => {
    const uri = path.startsWith('file://') ? `file://${folder}${path.slice(7)}` : join(folder, path);
    const check = () => checkPlace(places())({ repositoryType, uri, branch: null, subPath: null });
    expect(check).toThrow(/allowed_roots|own data folder/);
  });
  it('are judged again each time they are opened', async () => {
    const chosen = settings('password', [join(folder, 'roots')]);
    const out = outgoing(chosen);
    const open = openRemote({
      dataDir: join(folder, 'data'),
      credentials: {} as Credentials,
      appToken: gitHubAppTokens(out),
      out,
      places: places(),
      distrustLocal: true,
    });
    const row = {
      id: 'r',
      repositoryType: 'filesystem',
      uri: join(folder, 'roots', 'a'),
      subPath: null,
      branch: null,
      isWritable: true,
    } as RepositoryRow;
    await (await open(row)).close();
    renameSync(join(folder, 'roots', 'a'), join(folder, 'roots', 'b'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'roots', 'a'));
    await expect(open(row)).rejects.toMatchObject({ code: 'misconfigured' });
  });
});
