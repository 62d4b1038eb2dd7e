import type { Repository, RepositoryType } from '@ratchet/contract/entities/repository';
import { RatchetError } from '@ratchet/contract/errors';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../../api/client.ts';
import type { OutputOf } from '../../../api/queries.ts';
import { type Draft, errorsOf, newDraft, settingsOf } from '../../repository/form/draft.ts';
import { noSignIn, type SignIn, secretOf, signInErrors } from '../../repository/form/sign-in.ts';
import { type Refusal, refusalOf, type Step, stepsFor } from './steps.ts';

type Test = OutputOf<'repositories', 'test'>;

/**
 * Adds a repository step by step. The server tests what it has, so the repository is made before the test, paused: nothing is
 * taken over before the person says so, and what is discarded is gone again.
 */
export function useAddRepository(first: RepositoryType) {
  const queries = useQueryClient();
  const [type, setType] = useState<RepositoryType>(first);
  const [draft, setDraft] = useState<Draft>(newDraft);
  const [signIn, setSignIn] = useState<SignIn>(noSignIn(first));
  const [step, setStep] = useState<Step>('kind');
  const [tried, setTried] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [made, setMade] = useState<Repository | null>(null);
  const [credentialMade, setCredentialMade] = useState<string | null>(null);
  const [test, setTest] = useState<Test | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const steps = stepsFor(type);
  const at = steps.indexOf(step);
  const errors = {
    ...(tried ? errorsOf(draft, type) : {}),
    ...(refusal?.fields ?? {}),
  };
  const changed = () => queries.invalidateQueries({ queryKey: ['repositories'] });

  /** What keeps the person from leaving this step. */
  function isWhole(of: Step): boolean {
    const wrong = errorsOf(draft, type);
    if (of === 'place') return !wrong.name && !wrong.uri;
    if (of === 'sign-in') return Object.keys(signInErrors(signIn)).length === 0;
    if (of === 'sync') return !wrong.syncIntervalMinutes && !wrong.priority && !wrong.maxBatchSize;
    return true;
  }

  /** Signing in as the settings take it; a named credential is made once. */
  async function auth() {
    if (signIn.mode === 'own') return { authConfig: { type: signIn.type, ...secretOf(signIn) } };
    if (signIn.mode === 'saved') return { credentialId: signIn.credentialId };
    if (signIn.mode === 'named') {
      const { id } = await client.credentials.create({
        name: signIn.name.trim(),
        type: signIn.type,
        ...secretOf(signIn),
      });
      setCredentialMade(id);
      void queries.invalidateQueries({ queryKey: ['credentials'] });
      setSignIn({ ...signIn, mode: 'saved', credentialId: id, secret: {} });
      return { credentialId: id };
    }
    // `none` for one that was made before takes away what it had.
    return made ? { authConfig: { type: 'none' as const }, credentialId: null } : {};
  }

  async function saveAndTest(): Promise<void> {
    setBusy(true);
    setError(null);
    setTest(null);
    setRefusal(null);
    setStep('test');
    try {
      const settings = { ...settingsOf(draft), ...(await auth()), syncEnabled: false };
      const saved = made
        ? await client.repositories.update({ id: made.id, ...settings })
        : await client.repositories.create({ ...settings, repositoryType: type });
      setMade(saved);
      setTest(await client.repositories.test({ id: saved.id }));
    } catch (thrown) {
      const refused = refusalOf(thrown);
      if (refused) {
        setRefusal(refused);
        setTried(true);
        setStep(refused.step);
      } else setError(thrown);
    } finally {
      setBusy(false);
      void changed();
    }
  }

  return {
    type,
    draft,
    signIn,
    step,
    steps,
    at,
    tried,
    errors,
    refused: refusal?.fields ?? {},
    made,
    test,
    error,
    busy,
    isWhole,
    change: (part: Partial<Draft>) => {
      setDraft((before) => ({ ...before, ...part }));
      setRefusal(null);
    },
    changeSignIn: (next: SignIn) => {
      setSignIn(next);
      setRefusal(null);
    },
    chooseType(next: RepositoryType) {
      if (next !== type) setSignIn(noSignIn(next));
      setType(next);
    },
    goTo(next: Step) {
      setTried(false);
      setStep(next);
    },
    /** Goes on where this step is whole; else says what is missing. */
    next() {
      if (!isWhole(step)) return setTried(true);
      setTried(false);
      const following = steps[at + 1];
      if (following === 'test') void saveAndTest();
      else if (following) setStep(following);
    },
    back() {
      setTried(false);
      setStep(steps[Math.max(0, at - 1)] ?? 'kind');
    },
    saveAndTest,
    /** Ends what was begun: the repository stays, paused or not. */
    async finish(start: boolean, asDefault: boolean): Promise<Repository | null> {
      if (!made) return null;
      setBusy(true);
      try {
        if (asDefault) await client.repositories.setDefault({ id: made.id });
        if (start) await client.repositories.resume({ id: made.id });
        return made;
      } catch (thrown) {
        setError(thrown);
        return null;
      } finally {
        setBusy(false);
        void changed();
      }
    },
    /** Takes back what was made for the test. */
    async discard(): Promise<boolean> {
      setBusy(true);
      try {
        if (made) await client.repositories.delete({ id: made.id });
        if (credentialMade) {
          await client.credentials.delete({ id: credentialMade });
          void queries.invalidateQueries({ queryKey: ['credentials'] });
        }
        return true;
      } catch (thrown) {
        if (thrown instanceof RatchetError && thrown.code === 'NOT_FOUND') return true;
        setError(thrown);
        return false;
      } finally {
        setBusy(false);
        void changed();
      }
    },
  };
}

export type AddRepository = ReturnType<typeof useAddRepository>;
