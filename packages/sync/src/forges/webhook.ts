import { createHmac, timingSafeEqual } from 'node:crypto';

export type WebhookSender = 'github' | 'gitlab' | 'gitea' | 'bitbucket' | 'ratchet';

export interface Webhook {
  readonly sender: WebhookSender;
  readonly event: 'push' | 'pull_request' | 'ping' | 'other';
  /** Names this delivery: one that is sent again has the same; null: the sender gives none. */
  readonly delivery: string | null;
  /** Full names of the refs that were pushed; empty: the sender does not say. */
  readonly refs: readonly string[];
}

export type Refusal = 'unknown_sender' | 'missing_signature' | 'signature' | 'stale' | 'malformed';

/** Header names are lower case. */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** How far a signed time may be from ours, in seconds. */
const toleranceSeconds = 300;

/**
 * Reads a webhook and checks that it was signed with the secret. `now`: milliseconds since 1970. Sources: GitHub
 * X-Hub-Signature-256, Gitea and Forgejo X-Gitea-Signature, Bitbucket X-Hub-Signature, GitLab X-Gitlab-Token and the
 * signatures of Standard Webhooks, and X-Ratchet-Signature-256 for anyone else.
 */
export function readWebhook(
  headers: WebhookHeaders,
  body: Uint8Array,
  secret: string,
  now: number,
): Webhook | { readonly refused: Refusal } {
  const header = (name: string): string | null => {
    const value = headers[name];
    return typeof value === 'string' ? value : (value?.[0] ?? null);
  };
  const sender = senderOf(header);
  if (!sender) return { refused: 'unknown_sender' };
  const verdict = verdictOf(sender, header, body, secret, now);
  if (verdict !== 'good') return { refused: verdict };
  let payload: unknown;
  try {
    payload = body.length === 0 ? {} : JSON.parse(payloadOf(header('content-type'), body));
  } catch {
    return { refused: 'malformed' };
  }
  if (payload === null || typeof payload !== 'object') return { refused: 'malformed' };
  const event = eventOf(sender, header, payload);
  return { sender, event, delivery: deliveryOf(header), refs: event === 'push' ? refsOf(sender, payload) : [] };
}

type Header = (name: string) => string | null;

/** Gitea and Forgejo send GitHub's headers too, so they come first. */
function senderOf(header: Header): WebhookSender | null {
  if (header('x-gitea-event') ?? header('x-forgejo-event') ?? header('x-gogs-event')) return 'gitea';
  if (header('x-gitlab-event')) return 'gitlab';
  if (header('x-event-key')) return 'bitbucket';
  if (header('x-github-event')) return 'github';
  if (header('x-ratchet-signature-256')) return 'ratchet';
  return null;
}

const signatureHeaders: Readonly<Record<Exclude<WebhookSender, 'gitlab'>, readonly string[]>> = {
  gitea: ['x-gitea-signature', 'x-forgejo-signature', 'x-gogs-signature', 'x-hub-signature-256'],
  github: ['x-hub-signature-256'],
  bitbucket: ['x-hub-signature-256', 'x-hub-signature'],
  ratchet: ['x-ratchet-signature-256'],
};

function verdictOf(
  sender: WebhookSender,
  header: Header,
  body: Uint8Array,
  secret: string,
  now: number,
): 'good' | Refusal {
  if (sender === 'gitlab') return gitlabVerdict(header, body, secret, now);
  const given = signatureHeaders[sender].map(header).find((value) => value !== null);
  if (!given) return 'missing_signature';
  const wanted = createHmac('sha256', secret).update(body).digest('hex');
  return same(
    given
      .trim()
      .toLowerCase()
      .replace(/^sha256=/, ''),
    wanted,
  )
    ? 'good'
    : 'signature';
}

function gitlabVerdict(header: Header, body: Uint8Array, secret: string, now: number): 'good' | Refusal {
  const [id, time, signatures] = [header('webhook-id'), header('webhook-timestamp'), header('webhook-signature')];
  if (id && time && signatures) {
    if (!(Math.abs(now / 1000 - Number(time)) <= toleranceSeconds)) return 'stale';
    const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
    const wanted = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest('base64');
    return signatures.split(' ').some((each) => same(each.replace(/^v1,/, ''), wanted)) ? 'good' : 'signature';
  }
  const token = header('x-gitlab-token');
  if (!token) return 'missing_signature';
  return same(token, secret) ? 'good' : 'signature';
}

/** In constant time, whatever their lengths. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** GitHub can send its JSON as the member of a form. */
function payloadOf(contentType: string | null, body: Uint8Array): string {
  const text = Buffer.from(body).toString('utf8');
  return contentType?.startsWith('application/x-www-form-urlencoded')
    ? (new URLSearchParams(text).get('payload') ?? '')
    : text;
}

const deliveryHeaders = [
  'x-github-delivery',
  'x-gitea-delivery',
  'x-forgejo-delivery',
  'x-gogs-delivery',
  'webhook-id',
  'x-gitlab-event-uuid',
  'idempotency-key',
  'x-request-uuid',
  'x-ratchet-delivery',
];
const deliveryOf = (header: Header): string | null =>
  deliveryHeaders
    .map(header)
    .find((value) => value !== null && value !== '')
    ?.slice(0, 200) ?? null;

const pushes = /^(push|push hook|tag push hook|repo:push|repo:refs_changed)$/;
const pulls = /^(pull_request|pull_request_.*|merge request hook|pullrequest:.*|pr:.*)$/;
const pings = /^(ping|diagnostics:ping)$/;

function eventOf(sender: WebhookSender, header: Header, payload: object): Webhook['event'] {
  const names = ['x-gitea-event', 'x-forgejo-event', 'x-gogs-event', 'x-gitlab-event', 'x-event-key', 'x-github-event'];
  const given = sender === 'ratchet' ? (payload as { event?: unknown }).event : names.map(header).find(Boolean);
  const name = typeof given === 'string' ? given.toLowerCase() : sender === 'ratchet' ? 'push' : '';
  return pushes.test(name) ? 'push' : pulls.test(name) ? 'pull_request' : pings.test(name) ? 'ping' : 'other';
}

function refsOf(sender: WebhookSender, payload: object): string[] {
  if (sender !== 'bitbucket') {
    const { ref } = payload as { ref?: unknown };
    return typeof ref === 'string' ? [ref] : [];
  }
  const { push, changes } = payload as {
    push?: {
      changes?: { new?: { type?: string; name?: string } | null; old?: { type?: string; name?: string } | null }[];
    };
    changes?: { ref?: { id?: string } }[];
  };
  const cloud = (push?.changes ?? []).flatMap(({ new: now, old }) => {
    const each = now ?? old;
    return each?.name ? [`refs/${each.type === 'tag' ? 'tags' : 'heads'}/${each.name}`] : [];
  });
  const server = (changes ?? []).flatMap(({ ref }) => (ref?.id ? [ref.id] : []));
  return [...cloud, ...server];
}
