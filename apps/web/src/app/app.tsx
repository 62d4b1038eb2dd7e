import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { endLive } from '../api/live.ts';
import { createQueryClient } from '../api/query-client.ts';
import { identityQuery } from '../api/use-identity.ts';
import { router } from './router.tsx';
import { SignInGate } from './sign-in-gate.tsx';
import { theme } from './theme.ts';

export function App() {
  const [signedOut, setSignedOut] = useState(false);
  const [queries] = useState(() => createQueryClient(() => setSignedOut(true)));
  const signedIn = async () => {
    endLive();
    await queries.invalidateQueries(identityQuery);
    setSignedOut(false);
    void queries.invalidateQueries();
  };
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <ModalsProvider>
          <Notifications position="bottom-right" />
          <SignInGate signedOut={signedOut} onSignedIn={signedIn}>
            <RouterProvider router={router} />
          </SignInGate>
        </ModalsProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
