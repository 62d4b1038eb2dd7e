import type { Repository } from '@ratchet/contract/entities/repository';
import { describe, expect, it } from 'vitest';
import { changesOf, type Draft, errorsOf, newDraft, rebase } from '../../src/pages/repository/form/draft.ts';
import { noSignIn, secretOf, signInErrors } from '../../src/pages/repository/form/sign-in.ts';
import { commitUrl } from '../../src/pages/repository/push/commit-url.ts';

const draft = (more: Partial<Draft>): Draft => ({
  ...newDraft,
  name: 'team',
  uri: 'https://git.example.org/t.git',
  ...more,
});

describe('an edit of settings that somebody else changed meanwhile', () => {
  it('takes over what was not edited here, and keeps and names what both changed', () => {
    const base = draft({});
    const mine = draft({ name: 'crew', syncIntervalMinutes: 15, branch: 'main' });
    const theirs = draft({ syncIntervalMinutes: 60, priority: 7, branch: 'main' });
    const { draft: next, clashes, taken } = rebase(base, mine, theirs);
    expect(next).toMatchObject({ name: 'crew', syncIntervalMinutes: 15, priority: 7, branch: 'main' });
    expect(clashes).toEqual(['syncIntervalMinutes']);
    expect(taken).toEqual(['priority']);
  });
});

describe('what is sent of an edit', () => {
  it('is only what changed, and of the push policy all', () => {
    expect(changesOf(draft({ branch: ' ' }), ['name', 'branch'])).toEqual({ name: 'team', branch: null });
    const { pushPolicy } = changesOf(draft({ requireApproval: true }), ['requireApproval']);
    expect(pushPolicy).toMatchObject({ requireApproval: true, branchStrategy: 'direct', maxBatchSize: 50 });
    expect(changesOf(draft({ pushOnChange: true }), ['pushOnChange'])).toMatchObject({
      pushOnChange: true,
      pushPolicy: { autoPush: true },
    });
  });
});

describe('what is wrong before the server is asked', () => {
  it.each([
    ['git', { uri: 'git@host:team/tasks.git' }, []],
    ['git', { name: ' ' }, ['name']],
    ['filesystem', { uri: 'srv/tasks' }, ['uri']],
    ['filesystem', { uri: '/srv/tasks' }, []],
    ['http', { uri: '/srv/tasks' }, ['uri']],
    ['git', { metadata: '[]' }, ['metadata']],
    ['git', { metadata: '{' }, ['metadata']],
    ['git', { syncIntervalMinutes: Number.NaN }, ['syncIntervalMinutes']],
  ] as const)('%s %o', (type, more, wrong) => {
    expect(Object.keys(errorsOf(draft(more), type))).toEqual(wrong);
  });
});

describe('signing in', () => {
  it('needs a token, or the name of the variable that holds it', () => {
    const own = { ...noSignIn('git'), mode: 'own' as const };
    expect(signInErrors(own)).toEqual({ token: 'This is needed' });
    expect(signInErrors({ ...own, secret: { tokenEnv: 'RATCHET_TOKEN' } })).toEqual({});
  });
  it('sends what its kind has, and nothing of another', () => {
    const basic = { ...noSignIn('git'), type: 'basic' as const };
    expect(secretOf({ ...basic, secret: { username: ' ada ', password: ' p ', token: 't', tokenEnv: '' } })).toEqual({
      username: 'ada',
      password: ' p ',
    });
  });
});

describe('where a commit is seen', () => {
  it.each([
    ['https://github.com/team/tasks.git', {}, 'https://github.com/team/tasks/commit/abc'],
    ['git@gitlab.com:team/tasks.git', {}, 'https://gitlab.com/team/tasks/commit/abc'],
    ['https://git.example.org/team/tasks', {}, null],
    [
      'https://git.example.org/team/tasks',
      { forge: { type: 'gitea' } },
      'https://git.example.org/team/tasks/commit/abc',
    ],
    ['file:///srv/tasks.git', {}, null],
  ])('%s %o', (uri, metadata, url) => {
    expect(commitUrl({ repositoryType: 'git', uri, metadata } as unknown as Repository, 'abc')).toBe(url);
  });
});
