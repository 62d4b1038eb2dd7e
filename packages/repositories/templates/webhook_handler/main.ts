interface Input {
  headers: Record<string, string>;
  body: string;
}
interface Payload {
  id?: string | number;
}
interface Output {
  handled: boolean;
  event: string;
  id: string | number | null;
}
interface Context {
  secrets: Record<string, string | undefined>;
  log: { info(message: string, data?: unknown): void };
}
declare const AuthenticationError: new (message: string) => Error;
declare const ConfigurationError: new (message: string) => Error;
declare const DataError: new (message: string) => Error;

const secretName: string = '{{secret}}';
const signatureHeader: string = '{{signature_header}}';
const eventHeader: string = '{{event_header}}';
const events: string[] = '{{events}}';

/** Handles an event whose signature is right; throws AuthenticationError for any other. */
export default async function main({ headers, body }: Input, context: Context): Promise<Output> {
  const secret = context.secrets[secretName];
  if (!secret) throw new ConfigurationError(`The task is not granted the secret ${secretName}.`);
  const given = header(headers, signatureHeader)
    .toLowerCase()
    .replace(/^sha256=/, '');
  if (!(await isSigned(secret, body, given))) throw new AuthenticationError('The signature is missing or wrong.');

  const event = header(headers, eventHeader);
  const payload = parsed(body);
  const id = payload?.id ?? null;
  if (!events.includes(event)) {
    context.log.info(`The event ${JSON.stringify(event)} is not one that is handled.`);
    return { handled: false, event, id };
  }
  await handle(event, payload, context);
  return { handled: true, event, id };
}

/** What an event brings about goes here. The sender may send the same one twice: its id tells. */
async function handle(event: string, payload: Payload | null, context: Context): Promise<void> {
  context.log.info(`Handled ${event}.`, { id: payload?.id ?? null });
}

/** The time that the comparison takes tells nothing of the signature. */
async function isSigned(secret: string, body: string, signature: string): Promise<boolean> {
  if (!/^[0-9a-f]{64}$/.test(signature)) return false;
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['verify']);
  const bytes = Uint8Array.from(signature.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return crypto.subtle.verify('HMAC', key, bytes, encoder.encode(body));
}

function header(headers: Record<string, string>, name: string): string {
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return found ? found[1] : '';
}

function parsed(body: string): Payload | null {
  try {
    return JSON.parse(body);
  } catch {
    throw new DataError('The body is not JSON.');
  }
}
