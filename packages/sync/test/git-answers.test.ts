import { describe, expect, it } from 'vitest';
import { knownError, serverMessage } from '../src/endpoints/git/git-errors.ts';
import { readPush } from '../src/endpoints/git/push.ts';

describe('complaints of git', () => {
  it.each([
    ["fatal: Authentication failed for 'https://h/r/'", 'unauthenticated', false],
    ["fatal: could not read Username for 'https://h': terminal prompts disabled", 'unauthenticated', false],
    ['git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.', 'unauthenticated', false],
    ['Host key verification failed.\nfatal: Could not read from remote repository.', 'misconfigured', false],
    [
      "fatal: unable to access 'https://h/r/': SSL certificate problem: self-signed certificate",
      'misconfigured',
      false,
    ],
    [
      "remote: Permission to o/r.git denied to ada.\nfatal: unable to access 'https://h/': The requested URL returned error: 403",
      'denied',
      false,
    ],
    [
      'ERROR: The key you are authenticating with has been marked as read only.\nfatal: Could not read from remote repository.',
      'denied',
      false,
    ],
    ["remote: Repository not found.\nfatal: repository 'https://h/r/' not found", 'not_found', false],
    [
      "fatal: '/srv/r' does not appear to be a git repository\nfatal: Could not read from remote repository.",
      'not_found',
      false,
    ],
    ["fatal: couldn't find remote ref refs/heads/x", 'branch_gone', false],
    ["fatal: unable to access 'https://h/': Could not resolve host: h", 'unreachable', true],
    ["fatal: unable to access 'http://h/': Failed to connect to h port 80: Connection refused", 'unreachable', true],
    [
      'ssh: connect to host h port 22: Connection timed out\nfatal: Could not read from remote repository.',
      'unreachable',
      true,
    ],
    ['error: RPC failed; curl 56 Recv failure: Connection reset by peer\nfatal: early EOF', 'unreachable', true],
    ["fatal: unable to access 'https://h/': The requested URL returned error: 502", 'unreachable', true],
    ["fatal: unable to access 'https://h/': The requested URL returned error: 429", 'busy', true],
    ["fatal: detected dubious ownership in repository at '/srv/r'", 'denied', false],
  ])('%s', (stderr, code, transient) => {
    const error = knownError(stderr);
    expect(error).toMatchObject({ code, transient });
    expect(error?.message).not.toMatch(/\/srv|https:/);
  });

  it('leaves what it does not know to its caller', () => {
    expect(knownError('fatal: the moon is full')).toBeNull();
  });
});

it('keeps control sequences, credentials and flooding out of the server’s words', () => {
  const stderr = [
    'To https://h/r',
    'remote: \u001b[31mno\u001b[0m   ',
    'remote: Counting: 10%\rremote: done',
    'remote: see https://ada:pw@h/help for t0ken',
    'remote: ',
    'error: failed to push',
  ].join('\n');
  expect(serverMessage(stderr, ['t0ken'])).toBe('no\nCounting: 10%\ndone\nsee https://h/help for ***');
  expect(serverMessage('remote: x\n'.repeat(1000), []).split('\n')).toHaveLength(20);
  expect(serverMessage(`remote: ${'y'.repeat(10_000)}`, [])).toHaveLength(500);
});

describe('the answer to a push', () => {
  const answer = (line: string, stderr = '') =>
    readPush({ code: line.startsWith('!') ? 1 : 0, stdout: Buffer.from(`To h\n${line}\nDone\n`), stderr }, 'main', []);
  const line = (flag: string, summary: string) => `${flag}\tabc:refs/heads/main\t${summary}`;

  it.each([
    [' ', 'abc..def'],
    ['*', '[new branch]'],
    ['=', '[up to date]'],
  ])('is published for %j %s', (flag, summary) => {
    expect(answer(line(flag, summary))).toEqual({ status: 'published' });
  });

  it.each([
    '[rejected] (stale info)',
    '[rejected] (non-fast-forward)',
    '[rejected] (fetch first)',
    '[remote rejected] (incorrect old value provided)',
    "[remote rejected] (cannot lock ref 'refs/heads/main': is at a but expected b)",
    '[remote rejected] (failed to update ref)',
  ])('is moved for %s', (summary) => {
    expect(answer(line('!', summary))).toEqual({ status: 'moved' });
  });

  it.each([
    ['[remote rejected] (pre-receive hook declined)', 'remote: fix the tests', 'hook_declined', 'fix the tests'],
    [
      '[remote rejected] (hook declined)',
      '',
      'hook_declined',
      'A hook of the server declined the push and gave no reason.',
    ],
    ['[remote rejected] (protected branch hook declined)', 'remote: GH006', 'protected_branch', 'GH006'],
    [
      '[remote rejected] (pre-receive hook declined)',
      'remote: TF402455: use a pull request',
      'protected_branch',
      'TF402455: use a pull request',
    ],
    ['[remote rejected] (deny updating a hidden ref)', '', 'denied', 'The server refuses to update the branch.'],
    ['[remote rejected] (shallow update not allowed)', '', 'denied', 'The server refuses to update the branch.'],
    [
      '[remote rejected] (unpacker error)',
      'error: remote unpack failed: unable to create temporary object directory',
      'denied',
      'The repository cannot be written.',
    ],
    [
      '[remote rejected] (failed to update ref)',
      "remote: error: cannot lock ref: Unable to create '/r/x.lock': Permission denied",
      'denied',
      'The repository cannot be written.',
    ],
  ])('is rejected for %s', (summary, stderr, reason, message) => {
    expect(answer(line('!', summary), stderr)).toEqual({ status: 'rejected', reason, message });
  });

  it('is open while the server said nothing', () => {
    const open = expect.objectContaining({ code: 'unreachable', transient: true });
    expect(() => answer(line('!', '[remote failure] (remote failed to report status)'))).toThrow(open);
    expect(() => answer('', 'fatal: the remote end hung up unexpectedly')).toThrow(open);
    expect(() => answer('', 'fatal: something new')).toThrow(open);
    const locked = "remote: error: cannot lock ref: Unable to create '/r/main.lock': File exists.";
    expect(() => answer(line('!', '[remote rejected] (failed to update ref)'), locked)).toThrow(
      expect.objectContaining({ code: 'busy', transient: true }),
    );
  });
});
