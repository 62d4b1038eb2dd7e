/**
 * Checks the signature of a webhook: HMAC-SHA256 over `<seconds>.<body>`, compared without telling by its time how much
 * of it was right, and refused when it is too old to be fresh.
 */
export default async function main(input) {
  const { body, signature, secret, toleranceSeconds = 300, nowSeconds = Math.floor(Date.now() / 1000) } = input;
  const parts = new Map(signature.split(',').map((part) => part.split('=', 2)));
  const [time, given] = [Number(parts.get('t')), parts.get('v1') ?? ''];
  if (!Number.isSafeInteger(time) || !/^[0-9a-f]{64}$/i.test(given)) return refused('The signature is not of the form t=<seconds>,v1=<hex>.', null);

  const ageSeconds = nowSeconds - time;
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(`${time}.${body}`)));
  let difference = 0;
  for (let i = 0; i < mac.length; i += 1) difference |= mac[i] ^ Number.parseInt(given.slice(2 * i, 2 * i + 2), 16);
  if (difference !== 0) return refused('The signature does not match the body.', ageSeconds);
  if (Math.abs(ageSeconds) > toleranceSeconds) return refused(`The signature is ${ageSeconds} seconds old.`, ageSeconds);
  return { valid: true, reason: null, ageSeconds };
}

const refused = (reason, ageSeconds) => ({ valid: false, reason, ageSeconds });
