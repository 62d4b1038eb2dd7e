import { Center, Loader, Modal } from '@mantine/core';
import { RatchetError } from '@ratchet/contract/errors';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { identityQuery } from '../api/use-identity.ts';
import { NewPasswordForm } from './new-password-form.tsx';
import { NoServer } from './no-server.tsx';
import { SignInForm } from './sign-in-form.tsx';

interface Props {
  /** The server has refused a request since, as of somebody it does not know. */
  readonly signedOut: boolean;
  readonly onSignedIn: () => Promise<void>;
  readonly children: ReactNode;
}

/**
 * Lets in who is signed in. A session that ends while somebody works is asked for again above the page, which stays as it
 * is: nothing that was typed is lost.
 */
export function SignInGate({ signedOut, onSignedIn, children }: Props) {
  const { data: identity, error, refetch } = useQuery(identityQuery);
  const [wasIn, setWasIn] = useState(false);
  const unknown = error instanceof RatchetError && error.code === 'UNAUTHENTICATED';
  if (identity && !wasIn) setWasIn(true);
  const again = async () => {
    await onSignedIn();
    await refetch();
  };
  if (!wasIn) {
    if (unknown) return <SignInForm onSignedIn={again} />;
    if (error) return <NoServer error={error} onRetry={() => void refetch()} />;
    return (
      <Center h="100vh">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  if (identity?.user?.mustChangePassword && !unknown) return <NewPasswordForm first onChanged={again} />;
  return (
    <>
      {children}
      <Modal
        opened={signedOut || unknown}
        onClose={() => undefined}
        withCloseButton={false}
        closeOnEscape={false}
        closeOnClickOutside={false}
        title="Your session has ended"
      >
        <SignInForm onSignedIn={again} inDialog />
      </Modal>
    </>
  );
}
