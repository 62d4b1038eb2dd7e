import { untilAborted } from './abort.ts';
import { type EmailConfig as Config, EmailConfig } from './config-email.ts';
import { tlsOptions } from './config-shape.ts';
import { DeliveryError, refused, unfit } from './delivery-error.ts';
import type { DestinationType, NamedTemplate } from './destination-type.ts';
import { bodyOf } from './format.ts';
import { networkReason } from './reason.ts';
import { render } from './template.ts';
import { variablesOf } from './template-values.ts';

function reasonOf(error: unknown, where: string, target: string): DeliveryError {
  const { code, message, responseCode, command } = error as Error & {
    code?: string;
    responseCode?: number;
    command?: string;
  };
  const options = { target, cause: error };
  if (code === 'EAUTH') return new DeliveryError('The user name or the password is wrong.', options);
  if (code === 'ETLS' || /STARTTLS/.test(command ?? ''))
    return new DeliveryError(
      networkReason(error, where) ??
        `${where} does not offer STARTTLS. Use tls with its TLS port, or startTls if_offered.`,
      options,
    );
  const network = networkReason(error, where);
  if (network) return new DeliveryError(network, options);
  if (responseCode === 530) return new DeliveryError(`${where} wants a sign-in before it takes mail.`, options);
  // 5xx is for good, 4xx for now; either is an answer about this mail.
  if (responseCode !== undefined)
    return refused(`${where} refused the mail: ${message}`, { ...options, final: responseCode >= 500 });
  return new DeliveryError(`${where}: ${message}`, options);
}

/** Mails over SMTP. */
export const email: DestinationType<Config> = {
  schema: EmailConfig,
  secrets: ['password'],
  templates: (config): NamedTemplate[] => {
    const list = (path: 'to' | 'cc' | 'bcc'): NamedTemplate[] =>
      config[path].map((text, i) => ({ path: `${path}.${i}`, text, use: 'address' }));
    const one = (path: 'from' | 'replyTo' | 'subject' | 'body' | 'html' | 'attachment', use: NamedTemplate['use']) =>
      config[path] === undefined ? [] : [{ path, text: config[path], use }];
    return [
      ...one('from', 'address'),
      ...list('to'),
      ...list('cc'),
      ...list('bcc'),
      ...one('replyTo', 'address'),
      ...one('subject', 'line'),
      ...one('body', 'text'),
      ...one('html', 'html'),
      ...one('attachment', 'path'),
    ];
  },
  async deliver(message, config, signal) {
    const variables = variablesOf(message);
    const addresses = (texts: readonly string[]) => texts.map((text) => render(text, 'address', variables));
    const [to, cc, bcc] = [addresses(config.to), addresses(config.cc), addresses(config.bcc)];
    const nobody = [...to, ...cc, ...bcc].find((text) => !text.includes('@'));
    if (nobody !== undefined) throw unfit(`${JSON.stringify(nobody)} is not an address of mail.`);
    const body = config.attachment === undefined ? null : bodyOf(message, config);
    const port = config.port ?? (config.tls ? 465 : 587);
    const where = `${config.host}:${port}`;
    const target = to.join(', ');
    const { createTransport } = await import('nodemailer');
    const tls = tlsOptions({ ...config, tls: true });
    const transport = createTransport({
      host: config.host,
      port,
      secure: config.tls,
      requireTLS: !config.tls && config.startTls === 'require',
      ignoreTLS: !config.tls && config.startTls === 'never',
      ...(tls ? { tls } : {}),
      ...(config.username === undefined ? {} : { auth: { user: config.username, pass: config.password ?? '' } }),
      connectionTimeout: 30_000,
      greetingTimeout: 30_000,
      socketTimeout: 60_000,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const mail = {
      from: render(config.from, 'address', variables),
      to,
      cc,
      bcc,
      ...(config.replyTo === undefined ? {} : { replyTo: render(config.replyTo, 'address', variables) }),
      subject: render(config.subject, 'line', variables),
      text: render(config.body, 'text', variables),
      ...(config.html === undefined ? {} : { html: render(config.html, 'html', variables) }),
      // The same over all attempts, so that a mail program sees one mail.
      messageId: `<${message.deliveryId}@ratchet.invalid>`,
      date: new Date(message.execution.finishedAt),
      headers: { 'X-Ratchet-Delivery': message.deliveryId, 'Auto-Submitted': 'auto-generated' },
      ...(body && config.attachment !== undefined
        ? {
            attachments: [
              {
                filename: render(config.attachment, 'path', variables),
                content: body.bytes,
                contentType: body.contentType,
              },
            ],
          }
        : {}),
    };
    try {
      const info = await untilAborted(
        signal,
        () => transport.sendMail(mail),
        () => transport.close(),
      );
      const refusedSome = info.rejected.length > 0 ? `; refused for ${info.rejected.join(', ')}` : '';
      const bytes = Buffer.byteLength(mail.text) + (body?.bytes.length ?? 0);
      return { target, response: `${info.response}${refusedSome}`.slice(0, 500), bytes };
    } catch (error) {
      if (signal.aborted) throw error;
      throw reasonOf(error, where, target);
    }
  },
};
