import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly text: string;
}

export interface SmtpSink {
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly mails: Mail[];
  close(): Promise<void>;
}

/** Takes mail from who signs in, and keeps it. Refuses mail for nobody@, and for busy@ for now. */
export async function startSmtpSink(options: SMTPServerOptions = {}): Promise<SmtpSink> {
  const [username, password] = ['ratchet', `smtp-${crypto.randomUUID()}`];
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authMethods: ['PLAIN', 'LOGIN'],
    allowInsecureAuth: true,
    disabledCommands: options.key === undefined ? ['STARTTLS'] : [],
    logger: false,
    onAuth(auth, _, done) {
      if (auth.username === username && auth.password === password) done(null, { user: username });
      else done(new Error('Invalid username or password'));
    },
    onRcptTo({ address }, _, done) {
      const code = address.startsWith('nobody@') ? 550 : address.startsWith('busy@') ? 450 : null;
      done(code === null ? null : Object.assign(new Error('Not this one'), { responseCode: code }));
    },
    onData(stream, session, done) {
      text(stream).then((whole) => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom ? mailFrom.address : '';
        mails.push({ from, to: rcptTo.map(({ address }) => address), secure: session.secure, text: whole });
        done();
      }, done);
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return { port, username, password, mails, close: () => new Promise((resolve) => server.close(resolve)) };
}
