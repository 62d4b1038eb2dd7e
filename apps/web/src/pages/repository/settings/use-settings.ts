import type { Repository } from '@ratchet/contract/entities/repository';
import { RatchetError } from '@ratchet/contract/errors';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../../api/client.ts';
import { useAction } from '../../../api/use-action.ts';
import { issuesOf } from '../../../kit/state/error-words.ts';
import {
  changedKeys,
  changesOf,
  type Draft,
  type DraftErrors,
  type DraftKey,
  draftOf,
  errorsOf,
  rebase,
} from '../form/draft.ts';
import { noSignIn, type SignIn, secretOf, signInErrors } from '../form/sign-in.ts';

/** What both a person here and somebody else changed, with both values. */
export interface Clash {
  readonly key: DraftKey;
  readonly mine: Draft[DraftKey];
  readonly theirs: Draft[DraftKey];
}

const kept = (repository: Repository): SignIn => ({
  ...noSignIn(repository.repositoryType),
  mode: repository.credentialId === null ? 'none' : 'keep',
});

/**
 * An edit of a repository's settings. It stands on the settings as they were when it began: what somebody else changes
 * meanwhile is taken over where it was not edited here, and put before the person where it was.
 */
export function useSettings(repository: Repository) {
  const queries = useQueryClient();
  const [base, setBase] = useState(repository);
  const [draft, setDraft] = useState<Draft>(() => draftOf(repository));
  const [signIn, setSignIn] = useState<SignIn>(() => kept(repository));
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<Readonly<Record<string, string>>>({});
  const [clashes, setClashes] = useState<readonly Clash[]>([]);
  const [taken, setTaken] = useState<readonly DraftKey[]>([]);

  const keys = changedKeys(draftOf(base), draft);
  const signInChanged = signIn.mode !== kept(base).mode;
  const dirty = keys.length > 0 || signInChanged;
  const type = repository.repositoryType;
  const wrong = errorsOf(draft, type);
  const errors = { ...(tried ? wrong : {}), ...refused } as DraftErrors;

  const moveTo = (next: Repository) => {
    const mine = draft;
    const result = rebase(draftOf(base), mine, draftOf(next));
    const theirs = draftOf(next);
    setBase(next);
    setDraft(result.draft);
    setTaken(result.taken);
    setClashes(result.clashes.map((key) => ({ key, mine: mine[key], theirs: theirs[key] })));
    if (signIn.mode === 'keep' && next.credentialId === null) setSignIn(kept(next));
  };
  // Nothing is edited: what is shown is what the server has.
  if (repository.revision !== base.revision && !dirty) {
    setBase(repository);
    setDraft(draftOf(repository));
    setSignIn(kept(repository));
  }

  const save = useAction({
    act: async () => {
      const auth = await authOf(signIn, signInChanged);
      return client.repositories.update({
        id: repository.id,
        ...changesOf(draft, keys),
        ...auth,
        expectedRevision: base.revision,
      });
    },
    changes: ['repositories', 'credentials'],
    done: () => 'The settings are saved',
    onDone: (saved) => {
      queries.setQueryData(['repositories', 'get', { id: repository.id }], saved);
      setBase(saved);
      setDraft(draftOf(saved));
      setSignIn(kept(saved));
      setTried(false);
      setClashes([]);
      setTaken([]);
    },
    onFailed: (error) => {
      if (error instanceof RatchetError && error.code === 'REVISION_MISMATCH') {
        void client.repositories.get({ id: repository.id }).then(moveTo);
        return true;
      }
      const fields = Object.fromEntries(
        issuesOf(error).map(({ path, message }) => [path.split('.').at(-1) ?? path, message] as const),
      );
      if (error instanceof RatchetError && error.code === 'ALREADY_EXISTS') fields.name = error.message;
      setRefused(fields);
      return Object.keys(fields).length > 0;
    },
  });

  return {
    draft,
    signIn,
    errors,
    refused,
    tried,
    dirty,
    changed: keys.length + (signInChanged ? 1 : 0),
    clashes,
    taken,
    saving: save.isPending,
    canKeep: base.credentialId !== null,
    change(part: Partial<Draft>) {
      setDraft((before) => ({ ...before, ...part }));
      setRefused({});
    },
    changeSignIn(next: SignIn) {
      setSignIn(next);
      setRefused({});
    },
    decide({ key, theirs }: Clash, mine: boolean) {
      if (!mine) setDraft((before) => ({ ...before, [key]: theirs }));
      setClashes((before) => before.filter((clash) => clash.key !== key));
    },
    reset() {
      setDraft(draftOf(repository));
      setBase(repository);
      setSignIn(kept(repository));
      setTried(false);
      setRefused({});
      setClashes([]);
      setTaken([]);
    },
    /** Answers whether it was sent. */
    submit(): boolean {
      setTried(true);
      const missing = signInChanged ? signInErrors(signIn) : {};
      if (Object.keys(wrong).length > 0 || Object.keys(missing).length > 0 || clashes.length > 0) return false;
      save.mutate();
      return true;
    },
  };
}

async function authOf(signIn: SignIn, changed: boolean) {
  if (!changed) return {};
  if (signIn.mode === 'own') return { authConfig: { type: signIn.type, ...secretOf(signIn) } };
  if (signIn.mode === 'saved') return { credentialId: signIn.credentialId };
  if (signIn.mode === 'named') {
    const { id } = await client.credentials.create({
      name: signIn.name.trim(),
      type: signIn.type,
      ...secretOf(signIn),
    });
    return { credentialId: id };
  }
  return signIn.mode === 'none' ? { authConfig: { type: 'none' as const } } : {};
}
