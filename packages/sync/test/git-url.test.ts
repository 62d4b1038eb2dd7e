import { describe, expect, it } from 'vitest';
import { checkAuth, secretsOf } from '../src/endpoints/git/git-auth.ts';
import { createGitRemote } from '../src/endpoints/git/git-remote.ts';
import { checkBranch, parseGitUrl } from '../src/endpoints/git/git-url.ts';
import { committer } from './git-fixture.ts';

const key = { type: 'ssh_key', privateKey: 'k' } as const;

describe('addresses', () => {
  it.each([
    ['https://github.com/o/r.git', 'http', 'https://github.com/o/r.git', null],
    ['http://127.0.0.1:3000/r', 'http', 'http://127.0.0.1:3000/r', null],
    ['https://ada@bitbucket.org/o/r.git', 'http', 'https://bitbucket.org/o/r.git', 'ada'],
    ['ssh://git@host:2222/o/r.git', 'ssh', 'ssh://git@host:2222/o/r.git', null],
    ['git@github.com:o/r.git', 'ssh', 'git@github.com:o/r.git', null],
    ['host:o/r', 'ssh', 'host:o/r', null],
    ['git://host/r.git', 'git', 'git://host/r.git', null],
    ['/srv/r.git', 'file', '/srv/r.git', null],
    ['file:///srv/my%20r.git', 'file', '/srv/my r.git', null],
  ])('takes %s', (url, transport, address, username) => {
    expect(parseGitUrl(url, true)).toMatchObject({ transport, address, username });
  });

  it.each([
    ['nothing', ''],
    ['an option', '--upload-pack=touch /tmp/x'],
    ['an option without spaces', '-oProxyCommand=x'],
    ['a command', 'ext::sh -c touch% /tmp/x'],
    ['a command without spaces', 'ext::sh'],
    ['a file descriptor', 'fd::17'],
    ['another helper', 'transport::address'],
    ['ftp', 'ftp://host/r'],
    ['a made-up scheme', 'ext://host/r'],
    ['a relative folder', 'repo'],
    ['a relative folder with a dot', './repo'],
    ['a home folder', '~/repo'],
    ['a line break', 'https://host/r\nx'],
    ['a password', 'https://ada:hunter2@host/r'],
    ['a secret in the query', 'https://host/r?private_token=hunter2'],
    ['a fragment', 'https://host/r#hunter2'],
    ['a host that is an option', 'ssh://-oProxyCommand=x/r'],
    ['a user that is an option', 'ssh://-oProxyCommand=x@host/r'],
    ['a user that is an option in the short form', '-oProxyCommand=x@host:r'],
    ['a path that is an option', 'host:-x'],
    ['no host', 'ssh:///r'],
    ['a file on a host', 'file://host/r'],
    ['a bad escape', 'file:///srv/%zz'],
    ['a password over ssh', 'ssh://git:hunter2@host/r'],
  ])('refuses %s without repeating it', (_, url) => {
    const attempt = () => parseGitUrl(url, true);
    expect(attempt).toThrow(expect.objectContaining({ code: 'misconfigured', transient: false }));
    expect(attempt).not.toThrow(/hunter2/);
  });

  it.each(['/srv/r.git', 'file:///srv/r.git'])('refuses the folder %s where folders are not allowed', (url) => {
    expect(() => parseGitUrl(url, false)).toThrow(/does not allow/);
  });
});

it.each([
  ['main', true],
  ['feature/x-1.0', true],
  ['größe', true],
  ['', false],
  ['-x', false],
  ['@', false],
  ['a..b', false],
  ['a b', false],
  ['a~1', false],
  ['a^', false],
  ['a:b', false],
  ['a*', false],
  ['a//b', false],
  ['/a', false],
  ['a/', false],
  ['.a', false],
  ['a.lock', false],
  ['a.', false],
  ['a@{1}', false],
  ['a\nb', false],
])('judges the branch name %j', (branch, fine) => {
  expect(checkBranch(branch) === null).toBe(fine);
});

it.each([
  ['a token over http', { type: 'token', token: 't' } as const, 'http', true],
  ['a token over ssh', { type: 'token', token: 't' } as const, 'ssh', false],
  ['a key over http', key, 'http', false],
  ['a key over ssh', key, 'ssh', true],
  ['nothing over ssh', null, 'ssh', true],
  ['a header with a line break', { type: 'header', name: 'X', value: 'a\r\nHost: b' } as const, 'http', false],
  ['a header with a bad name', { type: 'header', name: 'X Y', value: 'a' } as const, 'http', false],
  ['a bearer token with a line break', { type: 'bearer', token: 'a\nb' } as const, 'http', false],
  ['a user with a colon', { type: 'basic', username: 'a:b', password: 'c' } as const, 'http', false],
] as const)('judges %s', (_, auth, transport, fine) => {
  expect(checkAuth(auth, transport) === null).toBe(fine);
});

it('knows a secret in every form in which it is sent', () => {
  expect(secretsOf({ type: 'token', token: 'a/b' })).toEqual([
    'a/b',
    'a%2Fb',
    Buffer.from('x-access-token:a/b').toString('base64'),
  ]);
  expect(secretsOf(null)).toEqual([]);
});

describe('an endpoint', () => {
  const options = {
    url: 'https://host/r',
    branch: 'main',
    subPath: null,
    mirrorDir: '/nonexistent',
    auth: null,
    allowFileProtocol: false,
    committer,
  };
  it.each([
    ['address', { url: 'ext::sh' }],
    ['branch', { branch: '--all' }],
    ['sub-path', { subPath: 'a/../../b' }],
    ['sub-path into git itself', { subPath: '.git/hooks' }],
    ['credential', { auth: key }],
  ])('refuses a bad %s when it is made', (_, wrong) => {
    expect(() => createGitRemote({ ...options, ...wrong })).toThrow(expect.objectContaining({ code: 'misconfigured' }));
  });
});
