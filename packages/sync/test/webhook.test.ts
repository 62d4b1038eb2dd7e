import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readWebhook, type WebhookHeaders } from '../src/forges/webhook.ts';

const secret = 'it is a secret';
const now = Date.UTC(2026, 0, 1);
const push = JSON.stringify({ ref: 'refs/heads/main', commits: [] });
const hmac = (text: string, key: string | Buffer = secret, encoding: 'hex' | 'base64' = 'hex') =>
  createHmac('sha256', key).update(text).digest(encoding);
const read = (headers: WebhookHeaders, body: string, at = now, key = secret) =>
  readWebhook(headers, Buffer.from(body), key, at);
const seconds = String(now / 1000);

const github = (body: string) => ({
  'x-github-event': 'push',
  'x-github-delivery': 'd-1',
  'x-hub-signature-256': `sha256=${hmac(body)}`,
});
const bitbucket = JSON.stringify({
  push: { changes: [{ new: { type: 'branch', name: 'main' } }, { new: null, old: { type: 'branch', name: 'gone' } }] },
});
const bitbucketServer = JSON.stringify({ changes: [{ ref: { id: 'refs/heads/main' } }] });
const form = new URLSearchParams({ payload: push }).toString();

describe('readWebhook', () => {
  it.each<[string, WebhookHeaders, string, object]>([
    ['GitHub', github(push), push, { sender: 'github', event: 'push', delivery: 'd-1', refs: ['refs/heads/main'] }],
    [
      'GitHub as a form',
      { ...github(form), 'content-type': 'application/x-www-form-urlencoded' },
      form,
      { sender: 'github', event: 'push', refs: ['refs/heads/main'] },
    ],
    ['a ping', { ...github('{}'), 'x-github-event': 'ping' }, '{}', { event: 'ping', refs: [] }],
    ['a pull request', { ...github('{}'), 'x-github-event': 'pull_request' }, '{}', { event: 'pull_request' }],
    ['a star', { ...github('{}'), 'x-github-event': 'star' }, '{}', { event: 'other' }],
    [
      'Gitea, which sends GitHub’s headers too',
      { ...github(push), 'x-gitea-event': 'push', 'x-gitea-delivery': 'g-1', 'x-gitea-signature': hmac(push) },
      push,
      { sender: 'gitea', event: 'push', refs: ['refs/heads/main'] },
    ],
    [
      'Forgejo',
      { 'x-forgejo-event': 'push', 'x-forgejo-signature': hmac(push), 'x-forgejo-delivery': 'f-1' },
      push,
      { sender: 'gitea', delivery: 'f-1' },
    ],
    [
      'GitLab with a token',
      { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': secret, 'x-gitlab-event-uuid': 'l-1' },
      push,
      { sender: 'gitlab', event: 'push', delivery: 'l-1', refs: ['refs/heads/main'] },
    ],
    [
      'GitLab with a merge request',
      { 'x-gitlab-event': 'Merge Request Hook', 'x-gitlab-token': secret },
      '{}',
      { event: 'pull_request' },
    ],
    [
      'GitLab with a signature',
      {
        'x-gitlab-event': 'Push Hook',
        'webhook-id': 'w-1',
        'webhook-timestamp': seconds,
        'webhook-signature': `v1,wrong v1,${hmac(`w-1.${seconds}.${push}`, secret, 'base64')}`,
      },
      push,
      { sender: 'gitlab', event: 'push', delivery: 'w-1' },
    ],
    [
      'Bitbucket Cloud',
      { 'x-event-key': 'repo:push', 'x-hub-signature': `sha256=${hmac(bitbucket)}`, 'x-request-uuid': 'b-1' },
      bitbucket,
      { sender: 'bitbucket', event: 'push', delivery: 'b-1', refs: ['refs/heads/main', 'refs/heads/gone'] },
    ],
    [
      'Bitbucket Server',
      { 'x-event-key': 'repo:refs_changed', 'x-hub-signature': `sha256=${hmac(bitbucketServer)}` },
      bitbucketServer,
      { sender: 'bitbucket', event: 'push', refs: ['refs/heads/main'] },
    ],
    [
      'anyone else, with nothing in it',
      { 'x-ratchet-signature-256': `SHA256=${hmac('').toUpperCase()}` },
      '',
      { sender: 'ratchet', event: 'push', delivery: null, refs: [] },
    ],
  ])('takes %s', (_, headers, body, expected) => {
    expect(read(headers, body)).toMatchObject(expected);
  });

  it.each<[string, WebhookHeaders, string, string]>([
    ['nobody we know', { 'content-type': 'application/json' }, push, 'unknown_sender'],
    ['no signature', { 'x-github-event': 'push' }, push, 'missing_signature'],
    ['an empty signature', { 'x-github-event': 'push', 'x-hub-signature-256': '' }, push, 'missing_signature'],
    ['a body that was changed', github(push), push.replace('main', 'evil'), 'signature'],
    [
      'the wrong secret',
      { ...github(push), 'x-hub-signature-256': `sha256=${hmac(push, 'other')}` },
      push,
      'signature',
    ],
    ['GitHub’s old SHA-1', { 'x-github-event': 'push', 'x-hub-signature': 'sha1=00' }, push, 'missing_signature'],
    ['a wrong GitLab token', { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': `${secret}x` }, push, 'signature'],
    [
      'GitHub’s signature passed off as GitLab’s',
      { ...github(push), 'x-gitlab-event': 'Push Hook' },
      push,
      'missing_signature',
    ],
    ['no JSON', github('{'), '{', 'malformed'],
    ['JSON that is no object', github('12'), '12', 'malformed'],
    [
      'a form without a payload',
      { ...github('a=b'), 'content-type': 'application/x-www-form-urlencoded' },
      'a=b',
      'malformed',
    ],
  ])('refuses %s', (_, headers, body, refused) => {
    expect(read(headers, body)).toEqual({ refused });
  });

  it.each([
    [299, true],
    [-299, true],
    [301, false],
    [-301, false],
  ])('a signed time that is %i seconds off', (off, good) => {
    const time = String(now / 1000 + off);
    const headers = {
      'x-gitlab-event': 'Push Hook',
      'webhook-id': 'w',
      'webhook-timestamp': time,
      'webhook-signature': `v1,${hmac(`w.${time}.${push}`, secret, 'base64')}`,
    };
    const result = read(headers, push);
    if (good) expect(result).toMatchObject({ event: 'push' });
    else expect(result).toEqual({ refused: 'stale' });
  });

  it('takes the keys of Standard Webhooks', () => {
    const key = Buffer.from('twenty-four bytes of key');
    const signature = hmac(`w.${seconds}.${push}`, key, 'base64');
    const headers = {
      'x-gitlab-event': 'Push Hook',
      'webhook-id': 'w',
      'webhook-timestamp': seconds,
      'webhook-signature': `v1,${signature}`,
    };
    expect(read(headers, push, now, `whsec_${key.toString('base64')}`)).toMatchObject({ event: 'push' });
  });
});
