import { createClient } from '@ratchet/client/create-client';

/** Talks to the server this page came from; the browser sends the session's cookie. */
export const client = createClient({ baseUrl: '' });
