import { notFound, RatchetError } from '@ratchet/contract/errors';
import { type RepositoryRow, repositoryById } from '@ratchet/store/queries/repositories';
import { forgetDeliveries, takeDelivery } from '@ratchet/store/queries/webhook-deliveries';
import { type Refusal, readWebhook, type WebhookHeaders } from '@ratchet/sync/forges/webhook';
import type { RepositoriesContext } from './context.ts';

/** How long a delivery is known; senders give up long before. */
const rememberedDays = 7;

const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** What became of a webhook. */
export interface TakenWebhook {
  /** It causes a look at the repository. */
  readonly accepted: boolean;
  /** The same delivery was taken before. */
  readonly duplicate: boolean;
  readonly event: string;
  readonly message: string;
}

export interface WebhookDependencies {
  /** The secret that a repository's webhooks are signed with; null: it takes none. */
  readonly secretOf: (repository: RepositoryRow) => string | null;
  readonly hint: (repositoryId: string) => void;
}

/** Takes webhooks of forges: the signature is checked, duplicates are dropped, and what is left causes a look. */
export function webhooks({ database, now, log }: RepositoriesContext, { secretOf, hint }: WebhookDependencies) {
  return {
    async take(repositoryId: string, headers: WebhookHeaders, body: Uint8Array): Promise<TakenWebhook> {
      const repository = isId(repositoryId) ? await repositoryById(database.db, repositoryId) : null;
      const secret = repository && secretOf(repository);
      // Whoever does not know the secret does not learn which repositories there are.
      if (!repository || !secret) throw notFound('webhook', repositoryId);
      const read = readWebhook(headers, body, secret, now().getTime());
      if ('refused' in read) {
        log('warn', 'A webhook was refused.', { repository: repository.name, reason: read.refused });
        throw refusal(read.refused);
      }
      const { event, delivery, refs } = read;
      const answer = (accepted: boolean, message: string, duplicate = false) => ({
        accepted,
        duplicate,
        event,
        message,
      });
      if (event === 'ping') return answer(true, 'Webhooks arrive.');
      if (event === 'other') return answer(false, 'This event changes nothing here.');
      if (repository.branch && refs.length > 0 && !refs.includes(`refs/heads/${repository.branch}`))
        return answer(false, `Another branch than ${repository.branch} was pushed.`);
      if (!repository.syncEnabled) return answer(false, 'The repository is paused.');
      if (delivery && !(await takeDelivery(database.db, repository.id, delivery)))
        return answer(false, 'This delivery was taken before.', true);
      hint(repository.id);
      return answer(true, 'The repository is looked at.');
    },
    tidy: (): Promise<void> => forgetDeliveries(database.db, rememberedDays),
  };
}

const words: Readonly<Record<Refusal, string>> = {
  unknown_sender: 'The headers are of no sender that is known. Sign the body and send X-Ratchet-Signature-256.',
  missing_signature: 'The webhook is not signed. Set the secret of the repository where it is sent from.',
  signature: 'The signature does not fit. Set the same secret here and where the webhook is sent from.',
  stale: 'The signed time is too far from now.',
  malformed: 'The body is not the JSON that this sender sends.',
};
const refusal = (reason: Refusal): RatchetError =>
  new RatchetError(
    reason === 'malformed' || reason === 'unknown_sender' ? 'VALIDATION_FAILED' : 'UNAUTHENTICATED',
    words[reason],
    { reason },
  );
