const secretName = '{{secret}}';
const signatureHeader = '{{signature_header}}';
const eventHeader = '{{event_header}}';
const events = '{{events}}';

/** Handles an event whose signature is right; throws AuthenticationError for any other. */
export default async function main({ headers, body }, context) {
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
async function handle(event, payload, context) {
  context.log.info(`Handled ${event}.`, { id: payload?.id ?? null });
}

/** The time that the comparison takes tells nothing of the signature. */
async function isSigned(secret, body, signature) {
  if (!/^[0-9a-f]{64}$/.test(signature)) return false;
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['verify']);
  const bytes = Uint8Array.from(signature.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return crypto.subtle.verify('HMAC', key, bytes, encoder.encode(body));
}

function header(headers, name) {
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return found ? found[1] : '';
}

function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    throw new DataError('The body is not JSON.');
  }
}
