// Before the schemas that the client is made of, in whichever file of the build they come to stand.
import '../app/no-eval.ts';
import { createClient } from '@ratchet/client/create-client';

/** Talks to the server this page came from; the browser sends the session's cookie. */
export const client = createClient({ baseUrl: '' });
