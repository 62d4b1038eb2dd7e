import { RatchetError } from '@ratchet/contract/errors';
import type { Guard } from './dispatch.ts';

const possible = new Set(['auth.me', 'auth.changePassword', 'auth.logout', 'auth.refresh', 'auth.login']);

/** Before a guard: whoever must change their password can do nothing else until they have. */
export const requireNewPassword = (guard: Guard): Guard => ({
  ...guard,
  admit(operation, input, caller) {
    if (caller.mustChangePassword && !possible.has(operation.name))
      throw new RatchetError(
        'PERMISSION_DENIED',
        'Change your password first; until then nothing else can be done with this account.',
        { mustChangePassword: true },
      );
    return guard.admit(operation, input, caller);
  },
});
