import { freePort } from '@ratchet/testing/server-process';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { bench, sampleOf } from './output-fixture.ts';
import { selfSigned } from './self-signed.ts';
import { type SmtpSink, startSmtpSink } from './smtp-sink.ts';

const { deliver, fault, close } = bench();
const { key, cert } = selfSigned();
let plain: SmtpSink;
let secure: SmtpSink;
let tls: SmtpSink;
const to = ['ops@example.org'];
const signIn = ({ port, username, password }: SmtpSink) => ({ host: 'localhost', port, username, password });
const base = { from: 'Ratchet <ratchet@example.org>', to };
let config: Record<string, unknown>;
beforeAll(async () => {
  [plain, secure, tls] = await Promise.all([
    startSmtpSink(),
    startSmtpSink({ key, cert }),
    startSmtpSink({ key, cert, secure: true }),
  ]);
  config = { ...base, ...signIn(plain), startTls: 'if_offered' };
});
beforeEach(() => void plain.mails.splice(0));
afterAll(async () => {
  await close();
  for (const sink of [plain, secure, tls]) await sink?.close();
});

it('sends a mail with its templates filled in, and the output beside it', async () => {
  const message = sampleOf({ name: 'Zoë', items: [{ n: 1 }, { n: 2 }] });
  const delivered = await deliver(
    'email',
    {
      ...config,
      cc: ['{{task.version}}@example.org'],
      bcc: ['hidden@example.org'],
      subject: '{{task.name}} for {{output.name}}',
      body: '{{#each output.items}}item {{n}}\n{{/each}}',
      html: '<b>{{output.name}}</b>',
      attachment: '{{task.name}}.csv',
      format: 'csv',
    },
    sampleOf(message.output, { ...message }),
  );
  expect(delivered.target).toBe('ops@example.org');
  const [mail] = plain.mails;
  expect(mail?.to).toEqual(['ops@example.org', '1.2.0@example.org', 'hidden@example.org']);
  expect(mail?.text).toMatch(/^Subject: =\?UTF-8\?Q\?HTTP_check_for_Zo=C3=AB\?=/m);
  expect(mail?.text).toContain(`Message-ID: <${message.deliveryId}@ratchet.invalid>`);
  expect(mail?.text).toContain(`X-Ratchet-Delivery: ${message.deliveryId}`);
  expect(mail?.text).toContain('item 1\r\nitem 2');
  expect(mail?.text).toMatch(/Content-Disposition: attachment; filename="?HTTP check\.csv/);
  expect(mail?.text).not.toContain('hidden@');
});
it('lets no value add a header or a recipient', async () => {
  const evil = 'x\r\nBcc: evil@example.org';
  await deliver('email', { ...config, subject: '{{output.v}}' }, sampleOf({ v: evil }));
  await deliver('email', { ...config, to: ['{{output.v}}@example.org'] }, sampleOf({ v: 'a, b' }));
  expect(plain.mails.map((mail) => mail.to)).toEqual([['ops@example.org'], ['ab@example.org']]);
  expect(plain.mails[0]?.text).not.toMatch(/^Bcc:/m);
  expect(await fault('email', { ...config, to: ['{{output.v}}'] }, sampleOf({ v: 'nobody at all' }))).toMatchObject({
    message: '"nobodyatall" is not an address of mail.',
    final: true,
  });
});
it('turns to TLS, or begins with it, with a certificate it trusts', async () => {
  await deliver('email', { ...base, ...signIn(secure), ca: cert }, sampleOf(1));
  await deliver('email', { ...base, ...signIn(tls), ca: cert, tls: true }, sampleOf(1));
  expect([secure.mails[0]?.secure, tls.mails[0]?.secure]).toEqual([true, true]);
  const said = /certificate of localhost:\d+ is not trusted\. Give the certificate of its authority in ca/;
  expect((await fault('email', { ...base, ...signIn(secure) })).message).toMatch(said);
  expect((await fault('email', { ...base, ...signIn(tls), tls: true })).message).toMatch(said);
  expect((await fault('email', { ...base, ...signIn(plain) })).message).toMatch(/does not offer STARTTLS/);
});
it.each<[string, Record<string, unknown>, RegExp, boolean]>([
  ['a wrong password', { password: 'wrong' }, /user name or the password is wrong/, false],
  ['no sign-in', { username: undefined, password: undefined }, /wants a sign-in/, false],
  ['a recipient that is refused', { to: ['nobody@example.org'] }, /refused the mail/, true],
  ['a recipient that is refused for now', { to: ['busy@example.org'] }, /refused the mail/, false],
])('says what to do about %s', async (_, more, said, final) => {
  const error = await fault('email', { ...config, ...more });
  expect(error).toMatchObject({ message: expect.stringMatching(said), final });
  expect(error.message).not.toContain(plain.password);
});
it('goes to whom it can, and names the others', async () => {
  const { response } = await deliver('email', { ...config, to: [...to, 'nobody@example.org'] }, sampleOf(1));
  expect(response).toMatch(/refused for nobody@example\.org/);
});
it('says where nothing listens', async () => {
  const port = await freePort();
  expect((await fault('email', { ...config, host: '127.0.0.1', port })).message).toMatch(
    `Nothing listens at 127.0.0.1:${port}`,
  );
});
it.each([
  [{ to: [] }, 'config.to'],
  [{ subject: '{{nope}}' }, 'config.subject'],
  [{ to: ['a@b.c', '{{task.nope}}'] }, 'config.to.1'],
  [{ body: '{{#each output}}' }, 'config.body'],
  [{ password: undefined }, 'config.password'],
  [{ from: 'a@b.c\r\nX: y' }, 'config.from'],
])('refuses %j when it is saved', async (more, path) => {
  expect(await fault('email', { ...config, ...more })).toMatchObject({ details: [{ path }] });
});
