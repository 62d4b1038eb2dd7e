import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGitRepository } from '@ratchet/testing/git-repository';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGitRemote } from '../src/endpoints/git/git-remote.ts';
import type { Listing } from '../src/remote.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-changes-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const said = ({ head, files, problems }: Listing) => ({
  head,
  files: [...files].sort((a, b) => (a.path < b.path ? -1 : 1)),
  problems: [...problems].sort((a, b) => (a.path < b.path ? -1 : 1)),
});

const name = fc.constantFrom('in/a', 'in/A', 'in/b/c', 'in/b', 'in/é', 'in/x/.git-not', 'out/a');
const change = fc.dictionary(name, fc.option(fc.constantFrom('1', '22', '333'), { nil: null }), {
  minKeys: 1,
  maxKeys: 3,
});

it('lists a commit by its difference to the one listed last as it lists it whole', async () => {
  let count = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(null, 'in'),
      async (changes, subPath) => {
        const at = join(folder, String(++count));
        const upstream = await createGitRepository(`${at}.git`);
        await upstream.commit({ 'in/keep': 'k', 'in/a': '0' });
        const remote = createGitRemote({
          url: upstream.path,
          branch: 'main',
          subPath,
          mirrorDir: at,
          auth: null,
          allowFileProtocol: true,
          committer: { name: 'A', email: 'a@example.org' },
        });
        let listing = await remote.list();
        for (const each of changes) {
          await upstream.commit(each);
          const next = await remote.list(undefined, { listing });
          expect(said(next)).toEqual(said(await remote.list()));
          listing = next;
        }
        await remote.close();
      },
    ),
    { numRuns: 8 },
  );
});
